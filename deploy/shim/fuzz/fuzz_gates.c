/* parse_gates(): any gates file is refused, or the matching rules lie inside it and have valid values. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    int count = 0;
    struct text file = make_file(bytes, n);
    prepare_call();
    memset(&gate, 0, sizeof gate);
    steps = GLOB_STEPS;
    const char *wrong = parse_gates(file, &count);
    check(count >= 0 && count <= RULES_MAX && (!wrong || count == 0));
    for (int i = 0; i < count; i++) {
        check_inside(gate.rules[i].name, file);
        check(is_name(gate.rules[i].name));
        check(gate.rules[i].wait >= 100 * MS && gate.rules[i].wait <= 10000 * MS && gate.rules[i].wait <= gate.wait);
    }
    free((char *)file.at);
    return 0;
}
