#ifndef GEN_ISA_H
#define GEN_ISA_H

void gen_opcodes(void); /* docs/opcodes.md on stdout */

#endif
