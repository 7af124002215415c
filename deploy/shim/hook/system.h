/*
 * System calls that return -errno. All helpers share one errno with the hook, since they share its memory: a value
 * read from it may be the error of another helper. So nothing in the hook reads errno, except on an architecture
 * without a definition here.
 */
static long system_call(long number, long a, long b, long c, long d, long e)
{
#if defined __x86_64__
    long result;
    register long fourth __asm__("r10") = d;
    register long fifth __asm__("r8") = e;
    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"(a), "S"(b), "d"(c), "r"(fourth), "r"(fifth)
                     : "rcx", "r11", "memory");
    return result;
#elif defined __aarch64__
    register long eighth __asm__("x8") = number;
    register long first __asm__("x0") = a, second __asm__("x1") = b, third __asm__("x2") = c;
    register long fourth __asm__("x3") = d, fifth __asm__("x4") = e;
    __asm__ volatile("svc 0"
                     : "+r"(first)
                     : "r"(eighth), "r"(second), "r"(third), "r"(fourth), "r"(fifth)
                     : "memory");
    return first;
#else
    long result = syscall(number, a, b, c, d, e);
    return result == -1 ? -errno : result;
#endif
}

/* Returns the error of a folder that could not be opened; so it does not accept AT_FDCWD. */
static int sys_openat(int folder, const char *name, int flags, mode_t mode)
{
    return folder < 0 ? folder : system_call(SYS_openat, folder, (long)name, flags, mode, 0);
}

static int sys_linkat(int from, const char *old, int to, const char *name, int flags)
{
    return system_call(SYS_linkat, from, (long)old, to, (long)name, flags);
}

static int sys_renameat(int folder, const char *old, const char *name)
{
#ifdef SYS_renameat
    return system_call(SYS_renameat, folder, (long)old, folder, (long)name, 0);
#else
    return system_call(SYS_renameat2, folder, (long)old, folder, (long)name, 0);
#endif
}

static int sys_unlinkat(int folder, const char *name)
{
    return system_call(SYS_unlinkat, folder, (long)name, 0, 0, 0);
}

static int sys_fsync(int fd)
{
    return system_call(SYS_fsync, fd, 0, 0, 0, 0);
}

static int sys_fdatasync(int fd)
{
    return system_call(SYS_fdatasync, fd, 0, 0, 0, 0);
}

static int sys_fchown(int fd, uid_t user, gid_t group)
{
    return system_call(SYS_fchown, fd, user, group, 0, 0);
}

static ssize_t sys_read(int fd, void *to, size_t n)
{
    return system_call(SYS_read, fd, (long)to, n, 0, 0);
}

static ssize_t sys_writev(int fd, const struct iovec *parts, int n)
{
    return system_call(SYS_writev, fd, (long)parts, n, 0, 0);
}
