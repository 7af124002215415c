/* parse_conf(): any shim.conf leaves settings that are in their range. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    if (n > sizeof big.conf_text)
        n = sizeof big.conf_text;
    memset(big.conf_text, 0, sizeof big.conf_text);
    memcpy(big.conf_text, bytes, n);
    memset(&conf, 0, sizeof conf);
    data = (struct folder){"/", ""};
    parse_conf(n);
    check(conf.percent <= 100 && conf.inode_percent <= 100);
    check(conf.fail_when_full <= 1 && conf.fail_started <= 1 && conf.fail_port_created <= 1);
    check(*data.path == '/');
    return 0;
}
