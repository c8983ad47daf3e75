/* A private network in developer mode, as goal makes it: three wallets, one of them online, one node. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "algo/file.h"
#include "internal.h"

static const char template[] =
    "{\"Genesis\":{\"NetworkName\":\"\",\"ConsensusProtocol\":\"future\",\"LastPartKeyRound\":30000,\"DevMode\":true,\n"
    "\"Wallets\":[{\"Name\":\"Wallet1\",\"Stake\":40,\"Online\":true},{\"Name\":\"Wallet2\",\"Stake\":40},"
    "{\"Name\":\"Wallet3\",\"Stake\":20}]},\n"
    "\"Nodes\":[{\"Name\":\"node\",\"Wallets\":[{\"Name\":\"Wallet1\"},{\"Name\":\"Wallet2\"},{\"Name\":\"Wallet3\"}]}]"
    "}\n";

void real_network_paths(const algo_real_t *r, char node[4200], char kmd[4300]) {
  snprintf(node, 4200, "%s/net/node", r->folder);
  snprintf(kmd, 4300, "%s/kmd-v0.5", node);
}

static algo_code_t put(const char *dir, const char *name, const char *text, algo_err_t *err) {
  return algo_file_replace(dir, name, algo_bytes_str(text), err);
}

/* goal starts a key daemon to make the wallets with, and leaves it. */
static void end_goals_kmd(const char *kmd) {
  char path[4400], comm[64], name[32] = "";
  snprintf(path, sizeof path, "%s/kmd.pid", kmd);
  FILE *f = fopen(path, "r");
  int pid = 0;
  bool got = f != NULL && fscanf(f, "%d", &pid) == 1 && pid > 1;
  if (f != NULL) fclose(f);
  if (!got) return;
  snprintf(comm, sizeof comm, "/proc/%d/comm", pid);
  f = fopen(comm, "r");
  if (f != NULL && fscanf(f, "%31s", name) == 1 && strcmp(name, "kmd") == 0) kill((pid_t)pid, SIGTERM);
  if (f != NULL) fclose(f);
  for (int i = 0; i < 100 && access(comm, F_OK) == 0 && strcmp(name, "kmd") == 0; i++) usleep(20000);
  (void)unlink(path);
}

static algo_code_t make(algo_real_t *r, const char *goal, const char *kmd, algo_err_t *err) {
  char net[4200], file[4200];
  snprintf(net, sizeof net, "%s/net", r->folder);
  snprintf(file, sizeof file, "%s/template.json", r->folder);
  algo_code_t rc = put(r->folder, "template.json", template, err);
  const char *const argv[] = {goal, "network", "create", "-n", "dockernet", "-r", net, "-t", file, NULL};
  if (rc == ALGO_OK) rc = real_run(argv, err);
  if (rc == ALGO_OK) end_goals_kmd(kmd);
  return rc;
}

static algo_code_t configure(algo_real_t *r, const char *node, const char *kmd, algo_err_t *err) {
  char config[512], keys[256];
  snprintf(config, sizeof config,
           "{\"EndpointAddress\":\"%s:%u\",\"DNSBootstrapID\":\"\",\"IncomingConnectionsLimit\":0,\"GossipFanout\":1,"
           "\"Archival\":true,\"EnableDeveloperAPI\":true,\"EnableTxnEvalTracer\":true,\"MaxAcctLookback\":256,"
           "\"DisableNetworking\":true}\n",
           r->opt.host, (unsigned)r->port);
  snprintf(keys, sizeof keys, "{\"address\":\"%s:%u\",\"allowed_origins\":[\"*\"],\"session_lifetime_secs\":6000}\n",
           r->opt.host, (unsigned)r->kmd_port);
  algo_code_t rc = put(node, "config.json", config, err);
  if (rc == ALGO_OK) rc = put(node, "algod.token", r->opt.token, err);
  if (rc == ALGO_OK) rc = put(node, "algod.admin.token", r->opt.token, err);
  if (rc == ALGO_OK && chmod(kmd, 0700) != 0) rc = algo_err_set(err, ALGO_E_IO, "%s: %s", kmd, strerror(errno));
  if (rc == ALGO_OK) rc = put(kmd, "kmd.token", r->opt.token, err);
  return rc == ALGO_OK ? put(kmd, "kmd_config.json", keys, err) : rc;
}

algo_code_t real_network(algo_real_t *r, const char *goal, algo_err_t *err) {
  char node[4200], kmd[4300];
  real_network_paths(r, node, kmd);
  algo_code_t rc = access(node, F_OK) == 0 ? ALGO_OK : make(r, goal, kmd, err);
  return rc == ALGO_OK ? configure(r, node, kmd, err) : rc;
}
