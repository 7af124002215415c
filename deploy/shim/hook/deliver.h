/* Having a helper store a record in time, and reporting it if that fails. */

/* Too many helpers wait for the disk: as if the disk did not answer, and the call is lost. */
static int report_no_slot(struct record *r)
{
    int at = open_run_folder();
    append_loss(at, r, "lost", EBUSY);
    send_to_syslog(at, r, "not written to the mailbox, too many helpers wait for its disk", EBUSY);
    return LATE;
}

/* Helper. Returns 0 or an errno. If a rule matches, another helper asks the agent while this one writes. */
static int record_call(struct record *r)
{
    struct stat st = {.st_uid = me};
    const char *gates = NULL;
    if (acquire_helper_slot(r->boot, SLOT_WAIT) == NO_SLOT)
        return report_no_slot(r);
    read_conf();
    if (read(open("/proc/sys/kernel/random/boot_id", O_RDONLY), boot_id, 36) != 36)
        memcpy(boot_id, "00000000-0000-0000-0000-000000000000", 36);
    int count = 0, folder = open_folder(data);
    if (folder >= 0)
        fstat(folder, &st);
    data_is_mine = st.st_uid == me;
    if (folder >= 0 && data_is_mine && is_trusted(&st) && may_fail())
        gates = read_gates(folder, &count);
    compose_call(gates);
    if (count > 0) {
        gate.began = now(CLOCK_BOOTTIME);
        gate.until = gate.began + gate.wait;
        gate.asks = start_helper_with(CLONE_PARENT, &big.asker, ask_agent, NULL);
    }
    __atomic_store_n(&gate.count, count, __ATOMIC_RELEASE);
    return store_or_report(folder, r);
}

/* Helper. Did a hook give up waiting in the last minute? */
static int was_late_recently(struct record *r)
{
    (void)r;
    return check_stamp(open_run_folder(), "late", LOOK);
}

/* Helper. This hook gave up waiting; the recorder may still succeed. */
static int report_late(struct record *r)
{
    int at = open_run_folder();
    append_loss(at, r, "late", ETIMEDOUT);
    check_stamp(at, "late", RENEW);
    send_to_syslog(at, r, "not yet written to the mailbox, its disk does not answer", ETIMEDOUT);
    return 0;
}

/* This hook gave up, and there is no recorder that could still succeed. */
static int report_lost(struct record *r)
{
    int at = open_run_folder();
    append_loss(at, r, "lost", ETIMEDOUT);
    check_stamp(at, "late", RENEW);
    send_to_syslog(at, r, "not written to the mailbox, its disk does not answer", ETIMEDOUT);
    return 0;
}

/* No process can be created. The hook itself does not access a disk that was stuck in the last minute. */
static int deliver_inline(struct record *r, int (*work)(struct record *), int hopeless)
{
    if (!hopeless)
        hopeless = run_inline(&r->looker, was_late_recently, r, SMALL_WAIT) && r->looker.result;
    if (!hopeless && run_inline(&r->recorder, work, r, WRITE_WAIT))
        return r->recorder.result;
    run_inline(&r->teller, report_lost, r, SMALL_WAIT);
    return LATE;
}

/*
 * Has a record written, and reports it if that does not end in time. Returns 0, an errno, or LATE. After one full wait
 * the hooks of the host wait only briefly for a minute; after a late call the hook waits only briefly for its outcome.
 */
static int deliver(struct record *r, int (*work)(struct record *), int hopeless)
{
    uint64_t began = now(CLOCK_BOOTTIME);
    if (!start_helper(&r->recorder, work, r))
        return deliver_inline(r, work, hopeless);
    if (await_helper(&r->recorder, began + FIRST_WAIT))
        return r->recorder.result;
    if (!hopeless) {
        start_helper(&r->looker, was_late_recently, r);
        hopeless = await_helper(&r->looker, began + FIRST_WAIT + SMALL_WAIT) && r->looker.result;
    }
    if (!hopeless && await_helper(&r->recorder, began + WRITE_WAIT))
        return r->recorder.result;
    if (start_helper(&r->teller, report_late, r))
        await_helper(&r->teller, now(CLOCK_BOOTTIME) + SMALL_WAIT);
    else
        run_inline(&r->teller, report_late, r, SMALL_WAIT);
    return LATE;
}

/* Helper. */
static int record_outcome(struct record *r)
{
    compose_outcome(r);
    if (acquire_helper_slot(r->boot, SLOT_WAIT) == NO_SLOT)
        return report_no_slot(r);
    return store_or_report(open_folder(data), r);
}
