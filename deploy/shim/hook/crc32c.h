/*
 * CRC32C, eight bytes at a time. The processor's instruction is not used: on x86 only `cpuid` shows whether it
 * exists, and in a guest `cpuid` traps into the hypervisor, which costs more than the checksum. An entry of a
 * table is the exclusive or of the entries for the bits of its index, so eight numbers define a table.
 */
#define T1(i, a, b, c, d, e, f, g, h) \
    ((i & 1 ? a : 0) ^ (i & 2 ? b : 0) ^ (i & 4 ? c : 0) ^ (i & 8 ? d : 0) ^ \
     (i & 16 ? e : 0) ^ (i & 32 ? f : 0) ^ (i & 64 ? g : 0) ^ (i & 128 ? h : 0))
#define T2(i, ...) T1((i), __VA_ARGS__), T1((i + 1), __VA_ARGS__)
#define T8(i, ...) T2(i, __VA_ARGS__), T2(i + 2, __VA_ARGS__), T2(i + 4, __VA_ARGS__), T2(i + 6, __VA_ARGS__)
#define T32(i, ...) \
    T8(i, __VA_ARGS__), T8(i + 8, __VA_ARGS__), T8(i + 16, __VA_ARGS__), T8(i + 24, __VA_ARGS__)
#define T128(i, ...) \
    T32(i, __VA_ARGS__), T32(i + 32, __VA_ARGS__), T32(i + 64, __VA_ARGS__), T32(i + 96, __VA_ARGS__)
#define TABLE(...) {T128(0, __VA_ARGS__), T128(128, __VA_ARGS__)}

static const uint32_t table[8][256] = {
    TABLE(0xf26b8303, 0xe13b70f7, 0xc79a971f, 0x8ad958cf, 0x105ec76f, 0x20bd8ede, 0x417b1dbc, 0x82f63b78),
    TABLE(0x13a29877, 0x274530ee, 0x4e8a61dc, 0x9d14c3b8, 0x3fc5f181, 0x7f8be302, 0xff17c604, 0xfbc3faf9),
    TABLE(0xa541927e, 0x4f6f520d, 0x9edea41a, 0x38513ec5, 0x70a27d8a, 0xe144fb14, 0xc76580d9, 0x8b277743),
    TABLE(0xdd45aab8, 0xbf672381, 0x7b2231f3, 0xf64463e6, 0xe964b13d, 0xd725148b, 0xaba65fe7, 0x52a0c93f),
    TABLE(0x38116fac, 0x7022df58, 0xe045beb0, 0xc5670b91, 0x8f2261d3, 0x1ba8b557, 0x37516aae, 0x6ea2d55c),
    TABLE(0xef306b19, 0xdb8ca0c3, 0xb2f53777, 0x6006181f, 0xc00c303e, 0x85f4168d, 0x0e045beb, 0x1c08b7d6),
    TABLE(0x68032cc8, 0xd0065990, 0xa5e0c5d1, 0x4e2dfd53, 0x9c5bfaa6, 0x3d5b83bd, 0x7ab7077a, 0xf56e0ef4),
    TABLE(0x493c7d27, 0x9278fa4e, 0x211d826d, 0x423b04da, 0x847609b4, 0x0d006599, 0x1a00cb32, 0x34019664),
};

static uint32_t crc32c(uint32_t crc, const void *data_, size_t n)
{
    const unsigned char *p = data_;
    crc = ~crc;
    for (; n >= 8; n -= 8, p += 8) {
        crc ^= p[0] | p[1] << 8 | p[2] << 16 | (uint32_t)p[3] << 24;
        crc = table[7][crc & 255] ^ table[6][crc >> 8 & 255] ^ table[5][crc >> 16 & 255] ^
              table[4][crc >> 24] ^ table[3][p[4]] ^ table[2][p[5]] ^ table[1][p[6]] ^ table[0][p[7]];
    }
    while (n--)
        crc = table[0][(crc ^ *p++) & 255] ^ crc >> 8;
    return ~crc;
}

