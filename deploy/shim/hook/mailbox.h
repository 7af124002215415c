/* The mailbox: making a record durable. */

/* No call is written into the reserved last space of the disk, which guests and logs may share. */
static int is_below_reserve(const struct statfs *fs)
{
    uint64_t block = fs->f_frsize ? fs->f_frsize : fs->f_bsize;
    uint64_t bytes = fs->f_blocks * block / 100 * conf.percent;
    uint64_t inodes = fs->f_files / 100 * conf.inode_percent;
    if (bytes > conf.reserve)
        bytes = conf.reserve;
    if (inodes > conf.reserve / INODE_BYTES)
        inodes = conf.reserve / INODE_BYTES;
    return fs->f_bavail * block < bytes || fs->f_ffree < inodes;
}

/*
 * A spare is a preallocated file of zeros that the agent made and synced in advance. A record written over it needs
 * no new inode and no new block, so fdatasync waits only for the data: half of the time. The rename afterwards is not
 * synced: after a power cut the agent reads all spares. Only the hook that holds the lock and finds the first
 * byte zero may write; a used spare never looks unused again, under any name. The file is opened first and examined
 * then, as all files of the agent.
 */
static int claim_spare(int folder, uint64_t any, const struct stat *owner, char slot[11])
{
    struct flock all = {.l_type = F_WRLCK};
    struct stat st;
    char first;
    for (uint64_t i = any; i < any + SPARE_TRIES; i++) {
        struct out o = {slot, slot + 10};
        append_all(&o, ".spare-", NULL);
        append_number(&o, i % SPARES, 3);
        *o.at = 0;
        int fd = sys_openat(folder, slot, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY, 0);
        if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_nlink == 1 &&
            st.st_uid == owner->st_uid && fcntl(fd, F_OFD_SETLK, &all) == 0 && pread(fd, &first, 1, 0) == 1 && !first)
            return fd;
    }
    return -1;
}

/* Links an open file that has no name, or lost it, into `new`. Only root may do so without /proc. */
static int link_open_file(int fd, int new, const char *name)
{
    char path[] = "/proc/self/fd/..........";
    struct out o = {path + sizeof "/proc/self/fd/" - 1, path + sizeof path - 1};
    if (me == 0 && sys_linkat(fd, "", new, name, AT_EMPTY_PATH) == 0)
        return 0;
    append_number(&o, fd, 1);
    *o.at = 0;
    return sys_linkat(AT_FDCWD, path, new, name, AT_SYMLINK_FOLLOW);
}

/* Writes to a file in `new`, syncs and renames it. Returns 0, or -errno; then the file does not exist. */
static int write_and_rename(int fd, struct record *r, int (*sync)(int), int new, const char *as, const char *name)
{
    int err;
    if ((err = write_record(fd, r)) == 0 && (err = sync(fd)) == 0 && (err = sys_renameat(new, as, name)) == -ENOENT)
        /* an agent of an earlier release has moved the file, which it does not know, away */
        if ((err = link_open_file(fd, new, name)) == 0)
            err = sys_fsync(fd);
    if (err) /* not synced: if the file comes back after a power cut, the agent delivers a call that was lost */
        sys_unlinkat(new, as);
    return err;
}

/*
 * Writes to a file without a name and links it: a hook that is killed leaves nothing behind. The sync comes after the
 * link. If it fails and the file is gone, the agent has taken and stored it already: that is success.
 */
static int write_and_link(int fd, struct record *r, int new, const char *name, int *unnameable)
{
    int err = write_record(fd, r);
    if (err)
        return err;
    if ((err = link_open_file(fd, new, name)) != 0)
        *unnameable = 1;
    else if ((err = sys_fsync(fd)) != 0 && sys_unlinkat(new, name) == -ENOENT)
        return 0;
    return err;
}

/* Creates a file that the agent's user owns. Returns its descriptor, or -errno. */
static int create_file(int new, const char *as, int flags, const struct stat *owner)
{
    int err, fd = sys_openat(new, as, O_WRONLY | O_NOFOLLOW | flags, 0600);
    if (fd < 0 || owner->st_uid == me || (err = sys_fchown(fd, owner->st_uid, owner->st_gid)) == 0)
        return fd;
    if (flags & O_CREAT)
        sys_unlinkat(new, as);
    return err;
}

/* Some file systems have no O_TMPFILE, and some confinements forbid linkat: then a hidden file is renamed. */
static int store_in_new_file(int new, struct record *r, const char *name, const struct stat *owner)
{
    char hidden[1 + NAME_SIZE] = ".";
    struct out o = {hidden + 1, hidden + sizeof hidden - 1};
    int err, unnameable = 0, fd = create_file(new, ".", O_TMPFILE, owner);
    if (fd >= 0 && ((err = write_and_link(fd, r, new, name, &unnameable)) == 0 || !unnameable))
        return err;
    append_all(&o, name, NULL);
    *o.at = 0;
    fd = create_file(new, hidden, O_CREAT | O_EXCL, owner);
    return fd < 0 ? fd : write_and_rename(fd, r, sys_fsync, new, hidden, name);
}

/*
 * Stores a record in the mailbox. Returns 0, or -errno if the agent will not find it there. Everything happens inside
 * one folder: a rename from one folder to another takes a lock of the whole file system, and any user can make the
 * holder of that lock wait.
 */
static int store_record(int folder, struct record *r)
{
    char name[NAME_SIZE], slot[11];
    struct stat st;
    struct statfs fs;
    size_t size = r->parts[0].iov_len + r->parts[1].iov_len + r->parts[2].iov_len;
    int fd, err, mail = sys_openat(folder, "mail", FOLDER, 0);
    if (mail < 0)
        return mail;
    if (fstat(mail, &st) != 0)
        return -EIO;
    if (!is_trusted(&st)) /* then the agent's user could have replaced `new` */
        return -EPERM;
    int new = sys_openat(mail, "new", O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
    if (new < 0)
        return new;
    if (fstat(new, &st) != 0 || fstatfs(new, &fs) != 0)
        return -EIO;
    if (is_below_reserve(&fs))
        return -ENOSPC;

    mailbox_name(r, name, sizeof name);
    if (size <= SPARE_BYTES && (fd = claim_spare(new, r->boot, &st, slot)) >= 0 &&
        write_and_rename(fd, r, sys_fdatasync, new, slot, name) == 0)
        return 0;
    /* Only ext4 and XFS are known to sync a file's name with the file. */
    if ((err = store_in_new_file(new, r, name, &st)) == 0 && fs.f_type != EXT4_MAGIC && fs.f_type != XFS_MAGIC)
        sys_fsync(new);
    return err;
}

/* Stores a record, and reports it if that fails. Returns 0, or an errno. */
static int store_or_report(int folder, struct record *r)
{
    int err = folder < 0 ? -folder : -store_record(folder, r);
    if (err || conf.complaint) {
        close_descriptors();
        int at = open_run_folder();
        if (err)
            append_loss(at, r, "lost", err);
        send_to_syslog(at, r, err ? "not written to the mailbox, see the file lost" : conf.complaint, err);
    }
    return err;
}
