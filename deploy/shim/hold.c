/*
 * Does to others what any user may do who has a file system of his own: for the tests of the shim.
 *
 *     hold FOLDER [FROM TO]
 *
 * reads FOLDER into a page that never comes, which holds the folder's lock; then, with FROM and TO, renames FROM to
 * TO, of which one lies in FOLDER and one elsewhere, which holds the whole file system's lock for renames as well. Says
 * "held" and lets go at the end of its stdin. Needs root, as a page is withheld by userfaultfd here and not by FUSE.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SIZE = 4096, MISSING = 1 };

/* linux/userfaultfd.h is not there for musl. */
struct uffdio_api {
    uint64_t api, features, ioctls;
};
struct uffdio_register {
    uint64_t start, length, mode, ioctls;
};
#define UFFDIO_API _IOWR(0xaa, 0x3f, struct uffdio_api)
#define UFFDIO_REGISTER _IOWR(0xaa, 0, struct uffdio_register)

static char *page;
static int folder;
static char **names;
static volatile int renamer_tid;

static void must(int ok, const char *what)
{
    if (!ok) {
        perror(what);
        exit(99);
    }
}

static void *read_folder(void *nothing)
{
    syscall(SYS_getdents64, folder, page, SIZE);
    return nothing;
}

static void *rename_file(void *nothing)
{
    renamer_tid = syscall(SYS_gettid);
    must(rename(names[2], names[3]) == 0, names[2]);
    return nothing;
}

/* Does the thread sleep in its system call? Not before can it hold anything. */
static int sleeps(int tid)
{
    char path[64], text[256] = "";
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", tid);
    int fd = open(path, O_RDONLY);
    must(fd >= 0 && read(fd, text, sizeof text - 1) > 0, path);
    close(fd);
    return !strncmp(strrchr(text, ')'), ") D", 3);
}

int main(int argc, char **argv)
{
    struct uffdio_api api = {.api = 0xaa};
    char fault[32];
    pthread_t reader, renamer;
    char end;
    names = argv;
    must(argc == 2 || argc == 4, "usage: hold FOLDER [FROM TO]");
    page = mmap(NULL, SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct uffdio_register all = {(uintptr_t)page, SIZE, MISSING, 0};
    int faults = syscall(SYS_userfaultfd, O_CLOEXEC);
    must(ioctl(faults, UFFDIO_API, &api) == 0 && ioctl(faults, UFFDIO_REGISTER, &all) == 0, "userfaultfd");
    must((folder = open(argv[1], O_RDONLY | O_DIRECTORY)) >= 0, argv[1]);
    must(pthread_create(&reader, NULL, read_folder, NULL) == 0, "thread");
    must(read(faults, fault, sizeof fault) == sizeof fault, "fault");
    if (argc == 4) {
        must(pthread_create(&renamer, NULL, rename_file, NULL) == 0, "thread");
        while (!renamer_tid || !sleeps(renamer_tid))
            usleep(1000);
    }
    printf("held\n");
    fflush(stdout);
    (void)!read(0, &end, 1);
    close(faults);
    pthread_join(reader, NULL);
    if (argc == 4)
        pthread_join(renamer, NULL);
    return 0;
}
