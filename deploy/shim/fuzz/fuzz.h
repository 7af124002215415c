/*
 * What all fuzzers share. Each compiles the whole hook, without its main(), and calls one of its parsers with the
 * bytes that libFuzzer makes. The sanitizers report invalid memory accesses, and check() reports a wrong result.
 */
#define main hook_main
#include "../hook.c"
#undef main

static void check(int holds)
{
    if (!holds)
        __builtin_trap();
}

/* Does the part lie inside the whole? */
static void check_inside(struct text part, struct text whole)
{
    check(part.n <= whole.n && part.at >= whole.at && part.at + part.n <= whole.at + whole.n);
}

/* A call that rules may match. */
static void prepare_call(void)
{
    call.driver = "qemu";
    call.arg[0] = "web-1*";
    call.arg[1] = "prepare";
    call.arg[2] = "begin";
    call.arg[3] = "-";
}

/*
 * A checksum stops most random bytes. So an input that begins with `!` is what stands between the version line and
 * the checksum, and the fuzzer adds both; any other input is a whole file. The memory ends
 * where the file ends, so that the sanitizer sees a read behind it. The caller frees it.
 */
static struct text make_file(const uint8_t *bytes, size_t n)
{
    size_t version = sizeof VERSION_LINE - 1;
    int whole = n == 0 || *bytes != '!';
    struct text file = {NULL, whole ? n : version + n - 1 + 9};
    char *at = malloc(file.n ? file.n : 1);
    struct out o = {at, at + file.n};
    file.at = at;
    if (!whole)
        append_all(&o, VERSION_LINE, NULL);
    append(&o, (const char *)bytes + !whole, n - !whole);
    if (!whole)
        format_checksum(crc32c(0, at, o.at - at), o.at);
    return file;
}
