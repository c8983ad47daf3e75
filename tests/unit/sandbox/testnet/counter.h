/* A contract to test tests with: it adds, locks, takes; and it has a fault that takes three steps to see. */
#ifndef COUNTER_H
#define COUNTER_H

/* add(uint64)uint64: sum grows by 1 to 1000, and Added(address,uint64) is logged; lock()void: from a sum of 500 on;
 * take(uint64)void: sum falls - but not where it is locked and 77 or more are taken. */
#define COUNTER_TEAL                                                                                                   \
  "#pragma version 12\n"                                                                                               \
  "txn ApplicationID\nbnz main\n"                                                                                      \
  "byte \"sum\"\nint 0\napp_global_put\nint 1\nreturn\n"                                                               \
  "main:\n"                                                                                                            \
  "method \"add(uint64)uint64\"\nmethod \"lock()void\"\nmethod \"take(uint64)void\"\nmethod \"keep(byte[])void\"\n"    \
  "txna ApplicationArgs 0\nmatch add lock take keep\nerr\n"                                                            \
  "add:\n"                                                                                                             \
  "txna ApplicationArgs 1\nbtoi\ndup\nint 1000\n<=\nassert\n"                                                          \
  "byte \"sum\"\napp_global_get\n+\nstore 0\n"                                                                         \
  "byte \"sum\"\nload 0\napp_global_put\n"                                                                             \
  "method \"Added(address,uint64)\"\ntxn Sender\nconcat\ntxna ApplicationArgs 1\nconcat\nlog\n"                        \
  "byte 0x151f7c75\nload 0\nitob\nconcat\nlog\nint 1\nreturn\n"                                                        \
  "lock:\n"                                                                                                            \
  "byte \"sum\"\napp_global_get\nint 500\n>=\nassert\nbyte \"locked\"\nint 1\napp_global_put\nint 1\nreturn\n"         \
  "take:\n"                                                                                                            \
  "txna ApplicationArgs 1\nbtoi\nstore 1\nbyte \"sum\"\napp_global_get\nload 1\n>=\nassert\n"                          \
  "byte \"locked\"\napp_global_get\nload 1\nint 77\n>=\n&&\nbnz done\n"                                                \
  "byte \"sum\"\ndup\napp_global_get\nload 1\n-\napp_global_put\n"                                                     \
  "done:\nint 1\nreturn\n"                                                                                             \
  "keep:\n"                                                                                                            \
  "byte \"kept\"\nbox_del\npop\nbyte \"kept\"\ntxna ApplicationArgs 1\nextract 2 0\nbox_put\nint 1\n"

#endif
