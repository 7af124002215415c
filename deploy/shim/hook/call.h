/* The call: arguments, stdin, folders, and its record. */

/* The path's component after the last `hooks`, without `.d`, if it is a driver's name. */
static const char *driver_of(const char *path)
{
    static const char *const drivers[] = {"daemon", "qemu", "lxc", "libxl", "bhyve", "network"};
    const char *found = "unknown";
    int after_hooks = 0;
    for (size_t n; *(path += strspn(path, "/")); path += n) {
        n = strcspn(path, "/");
        size_t m = n > 2 && !memcmp(path + n - 2, ".d", 2) ? n - 2 : n;
        if (after_hooks)
            found = "unknown";
        for (size_t i = 0; after_hooks && i < sizeof drivers / sizeof *drivers; i++)
            if (m == strlen(drivers[i]) && !memcmp(path, drivers[i], m))
                found = drivers[i];
        after_hooks = n == 5 && !memcmp(path, "hooks", 5);
    }
    return found;
}

static void note_call(int argc, char **argv)
{
    identify_record(&big.call, "call");
    call.path = argc > 0 ? argv[0] : "";
    call.driver = driver_of(call.path);
    call.argc = argc > 0 ? argc - 1 : 0;
    for (int i = 0; i < 4 && i < call.argc; i++)
        call.arg[i] = argv[i + 1];
}

/* Memory that is mapped counts against RLIMIT_AS even if it is not used, so it is mapped only when it is needed. */
static void grow_input(void)
{
    for (size_t size = STDIN_MAX; size > room; size /= 2) {
        char *more = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (more != MAP_FAILED) {
            input = memcpy(more, input, room);
            room = size;
        }
    }
}

/* Reads to the end, or for two seconds: not every caller closes stdin. What exceeds STDIN_MAX is counted only. */
static void read_stdin(void)
{
    struct pollfd in = {.fd = 0, .events = POLLIN};
    uint64_t until = big.call.boot + STDIN_WAIT, t = big.call.boot;
    for (; t < until && poll(&in, 1, (until - t) / MS + 1) > 0; t = now(CLOCK_BOOTTIME)) {
        if (call.arrived == room)
            grow_input();
        ssize_t n = call.arrived < room ? sys_read(0, input + call.arrived, room - call.arrived)
                                        : sys_read(0, big.head, sizeof big.head);
        if (n == 0 || (n < 0 && n != -EAGAIN && n != -EINTR))
            return;
        if (n > 0)
            call.arrived += n;
    }
}

static void set_folders(const char *path, const char *data_rest, const char *etc_rest, const char *run_rest)
{
    data = (struct folder){path, data_rest};
    etc = (struct folder){path, etc_rest};
    run = (struct folder){path, run_rest};
}

/* libvirt passes no environment variables: HOOKBRIDGE_DATA_DIR is for trials and tests. */
static void find_folders(void)
{
    const char *trial = getenv("HOOKBRIDGE_DATA_DIR"), *xdg = getenv("XDG_DATA_HOME");
    if (trial && *trial)
        set_folders(trial, "", "/etc", "/run");
    else if (me == 0)
        set_folders("/", "var/lib/hookbridge", "etc/hookbridge", "run/hookbridge");
    else if (xdg && *xdg == '/')
        set_folders(xdg, "/hookbridge", "/hookbridge/etc", "/hookbridge/run");
    else
        set_folders(getenv("HOME"), "/.local/share/hookbridge", "/.local/share/hookbridge/etc",
               "/.local/share/hookbridge/run");
}

static void compose_call(const char *gates)
{
    static const char *const keys[] = {"object", "operation", "suboperation", "extra"};
    struct out o = begin_record(&big.call, big.head, sizeof big.head);
    size_t held = call.arrived < room ? call.arrived : room;
    append_string_field(&o, "path", call.path);
    append_string_field(&o, "driver", call.driver);
    for (int i = 0; i < 4 && call.arg[i]; i++)
        append_string_field(&o, keys[i], call.arg[i]);
    if (call.argc != 4)
        append_number_field(&o, "argc", call.argc);
    if (call.arrived > held)
        append_number_field(&o, "truncated", call.arrived);
    if (gates)
        append_string_field(&o, "gates", gates);
    finish_record(&big.call, big.head, &o, input, held);
}
