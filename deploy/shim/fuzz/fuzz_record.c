/* parse_record(): any file is refused, or its values lie inside it. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static const char *const keys[] = {"exit", "cause", NULL};
    struct text file = make_file(bytes, n), values[3] = {{file.at, 0}, {file.at, 0}, {file.at, 0}};
    const char *wrong = parse_record(file, "answer", keys, values);
    check(!wrong || equals(wrong, "damaged") || equals(wrong, "unknown"));
    for (int i = 0; !wrong && i < 3; i++)
        check_inside(values[i], file);
    free((char *)file.at);
    return 0;
}
