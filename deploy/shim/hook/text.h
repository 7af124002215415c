/* Building and reading text in buffers of fixed size. */

static void append(struct out *o, const char *s, size_t n)
{
    if (n > (size_t)(o->end - o->at))
        n = o->end - o->at;
    memcpy(o->at, s, n);
    o->at += n;
}

/* Appends strings up to a NULL. All append functions cut what does not fit. */
static void append_all(struct out *o, ...)
{
    va_list strings;
    va_start(strings, o);
    for (const char *s; (s = va_arg(strings, const char *));)
        append(o, s, strlen(s));
    va_end(strings);
}

static void append_number(struct out *o, uint64_t n, int width)
{
    char digits[20];
    int i = 20;
    do {
        digits[--i] = '0' + n % 10;
        n /= 10;
    } while (n || 20 - i < width);
    append(o, digits + i, 20 - i);
}

/* Characters that need no percent-encoding. */
static int is_unreserved(unsigned char c)
{
    unsigned char lower = c | 32;
    return (c >= '0' && c <= '9') || (lower >= 'a' && lower <= 'z') || c == '.' || c == '_' || c == '-';
}

/* Percent-encodes for a line of `lost`; an escape that does not fit completely is left out. */
static void append_percent_encoded(struct out *o, const char *s, int room)
{
    static const char hex[] = "0123456789ABCDEF";
    if (!s || !*s)
        s = "-";
    for (; *s; s++) {
        unsigned char c = *s;
        char three[] = {'%', hex[c >> 4], hex[c & 15]};
        int n = is_unreserved(c) ? 1 : 3;
        if ((room -= n) < 0)
            return;
        append(o, n == 1 ? s : three, n);
    }
}

static int equals(const char *a, const char *b)
{
    return a && !strcmp(a, b);
}

static int text_equals(struct text a, const char *b)
{
    return a.n == strlen(b) && !memcmp(a.at, b, a.n);
}

/* The syntax of rule names and causes; it has no character that could break a line. */
static int is_name(struct text word)
{
    int ok = word.n > 0 && word.n <= RULE_NAME_MAX && *word.at >= 'a' && *word.at <= 'z';
    for (size_t i = 0; i < word.n; i++)
        ok &= (word.at[i] >= 'a' && word.at[i] <= 'z') || (word.at[i] >= '0' && word.at[i] <= '9') ||
              word.at[i] == '-';
    return ok;
}

/* Removes and returns the text before the next separator; removes the separator, too. */
static struct text take_word(struct text *in, char separator)
{
    const char *end = memchr(in->at, separator, in->n);
    struct text taken = {in->at, end ? (size_t)(end - in->at) : in->n};
    size_t n = taken.n + (end ? 1 : 0);
    *in = (struct text){in->at + n, in->n - n};
    return taken;
}

static int hex_digit(char c)
{
    char lower = c | 32;
    return c >= '0' && c <= '9' ? c - '0' : lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

/* Removes and decodes one byte of a percent-encoded word that is not empty; -1 if it is not encoded correctly. */
static int decode_byte(struct text *word)
{
    size_t n = 1;
    int c = (unsigned char)*word->at;
    if (c == '%') {
        int high = word->n > 2 ? hex_digit(word->at[1]) : -1, low = high < 0 ? -1 : hex_digit(word->at[2]);
        c = low < 0 ? -1 : high << 4 | low;
        n = low < 0 ? 1 : 3;
    } else if (!is_unreserved(c))
        c = -1;
    *word = (struct text){word->at + n, word->n - n};
    return c;
}

static int is_well_encoded(struct text word, const char *special)
{
    int ok = word.n > 0;
    while (word.n > 0) {
        char c = *word.at;
        ok &= decode_byte(&word) >= 0 || (c && strchr(special, c));
    }
    return ok;
}

/* The length of the character at s; 0 if it is malformed, or if a terminal or a log might interpret it. */
static size_t printable_length(const char *s, size_t n)
{
    static const uint32_t least[] = {' ', 0xa0, 0x800, 0x10000};
    uint32_t c = (unsigned char)*s;
    size_t more = c < 0x80 ? 0 : c >> 5 == 6 ? 1 : c >> 4 == 14 ? 2 : c >> 3 == 30 ? 3 : n;
    if (more >= n)
        return 0;
    c &= 0x7f >> (more ? more + 1 : 0);
    for (size_t i = 1; i <= more; i++) {
        if ((s[i] & 0xc0) != 0x80)
            return 0;
        c = c << 6 | (s[i] & 0x3f);
    }
    return is_hidden(c) || c < least[more] ? 0 : more + 1;
}
