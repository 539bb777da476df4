// Network goes through the user's own git, so the static link leaves out libgit2's TLS and SSH
// transports: these definitions satisfy its references to them. A libgit2 whose internal names
// differ fails at link time. With the shared library, whose start-up parses the certificate
// bundle, one symbol of its TLS library is replaced instead, and its HTTPS trusts nobody.
#include "git_network_stubs.h"

#include <stddef.h>

void git_exp_network_stubs_anchor(void) {}

#ifdef GIT_EXP_DYNAMIC_LIBGIT2
int mbedtls_x509_crt_parse_file(void *chain, const char *path) { (void)chain; (void)path; return 0; }
#else
int git_mbedtls_stream_global_init(void) { return 0; }
int git_mbedtls_stream_new(void **out, const char *host, const char *port) { (void)out; (void)host; (void)port; return -1; }
int git_mbedtls_stream_wrap(void **out, void *in, const char *host) { (void)out; (void)in; (void)host; return -1; }
int git_mbedtls__set_cert_location(const char *file, const char *path) { (void)file; (void)path; return -1; }
int git_transport_ssh_global_init(void) { return 0; }
int git_smart_subtransport_ssh(void **out, void *owner, void *param) { (void)out; (void)owner; (void)param; return -1; }
int git_transport_ssh_with_paths(void **out, void *owner, void *payload) { (void)out; (void)owner; (void)payload; return -1; }
int git_http_auth_negotiate(void **out, const void *url) { (void)out; (void)url; return -1; }
#endif
