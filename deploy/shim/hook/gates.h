/* The gates file: the rules that match the call. */

static int steps = GLOB_STEPS; /* bounds the time for a hostile glob and a long name */

/* Matches a name against an encoded glob: `*` is any number of bytes, `?` is one byte. */
static int glob_matches(struct text glob, const char *name)
{
    struct text behind_star = {NULL, 0};
    const char *from = NULL;
    while (*name || glob.n > 0) {
        struct text rest = glob;
        char sign = glob.n > 0 ? *glob.at : 0;
        int c = glob.n > 0 ? decode_byte(&rest) : -1;
        if (steps-- <= 0)
            return 0;
        if (sign == '*') {
            behind_star = glob = rest;
            from = name;
        } else if (*name && (sign == '?' || c == (unsigned char)*name)) {
            glob = rest;
            name++;
        } else if (*name && from) {
            glob = behind_star;
            name = ++from;
        } else
            return 0;
    }
    return 1;
}

static int read_timeout(struct text word, uint64_t *wait)
{
    uint64_t ms = 0;
    for (size_t i = 0; i < word.n; i++) {
        if (word.at[i] < '0' || word.at[i] > '9')
            return 0;
        ms = ms > 10000 ? ms : 10 * ms + word.at[i] - '0';
    }
    *wait = (ms < 100 ? 100 : ms > 10000 ? 10000 : ms) * MS;
    return word.n > 0;
}

static int read_default(struct text word, int *vetoes)
{
    *vetoes = text_equals(word, "veto") && !is_destructive();
    return text_equals(word, "veto") || text_equals(word, "allow");
}

enum { NAME, DRIVER, OPERATION, SUBOPERATION, OBJECT, EXEMPT, WAIT, ON_TIMEOUT, ON_ERROR, ON_ABSENT, MORE, WORDS };

/* Does the rule match the call? -1 if it is malformed. Words that a later release appends are ignored. */
static int read_rule(struct text line, struct rule *rule)
{
    const char *called[] = {call.driver, call.arg[1], call.arg[2], call.arg[0]};
    struct text w[WORDS];
    int match = 1;
    for (int i = 0; i < WORDS; i++)
        w[i] = take_word(&line, '\t');
    rule->name = w[NAME];
    if (!is_name(w[NAME]) || !read_timeout(w[WAIT], &rule->wait) ||
        !read_default(w[ON_TIMEOUT], &rule->vetoes[TIMEOUT]) ||
        !read_default(w[ON_ERROR], &rule->vetoes[UNREADABLE]) ||
        !read_default(w[ON_ABSENT], &rule->vetoes[ABSENT]) || w[MORE].n == 0)
        return -1;
    for (int i = DRIVER; i <= OBJECT; i++) {
        if (!(i == OBJECT ? is_well_encoded(w[i], "*?") : text_equals(w[i], "*") || is_well_encoded(w[i], "")))
            return -1;
        match = match && glob_matches(w[i], called[i - DRIVER] ? called[i - DRIVER] : "");
    }
    if (!is_well_encoded(w[EXEMPT], ","))
        return -1;
    if (text_equals(w[EXEMPT], "-"))
        return match;
    while (match && w[EXEMPT].n > 0)
        match = !glob_matches(take_word(&w[EXEMPT], ','), call.arg[0]);
    return match;
}

/* The operator's switch against all rules (break-glass). */
static int kill_switch_is_on(void)
{
    struct stat st;
    return fstatat(open_folder(etc), "gates.off", &st, AT_SYMLINK_NOFOLLOW) == 0;
}

/* Finds and counts the matching rules of a gates file. Returns NULL, or what is wrong; then no rule matches. */
static const char *parse_gates(struct text file, int *count)
{
    static const char *const no_keys[] = {NULL};
    struct text rules;
    int lines = 0, found = 0;
    const char *wrong = parse_record(file, "gates", no_keys, &rules);
    if (wrong)
        return wrong;
    while (rules.n > 0) {
        struct rule *rule = &gate.rules[found];
        int match = ++lines > RULES_MAX ? -1 : read_rule(take_word(&rules, '\n'), rule);
        if (match < 0 || steps <= 0)
            return "unknown";
        if (match && rule->wait > gate.wait)
            gate.wait = rule->wait;
        found += match;
    }
    *count = found;
    return NULL;
}

static const char *read_gates(int folder, int *count)
{
    int fd, gates = sys_openat(folder, "gates.d", FOLDER, 0);
    if ((fd = open_agent_file(gates, "gates", O_RDONLY, S_IFREG)) < 0)
        return fd == -ENOENT ? NULL : "damaged";
    ssize_t n = sys_read(fd, big.gates, sizeof big.gates);
    if (n < 0 || n == sizeof big.gates)
        return "damaged";
    const char *wrong = parse_gates((struct text){big.gates, n}, count);
    if (*count > 0 && kill_switch_is_on())
        *count = 0;
    return wrong;
}
