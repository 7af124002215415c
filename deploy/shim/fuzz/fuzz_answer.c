/* read_answer(): any answer of the agent is unreadable, or every part of it is as docs/protocol.md says. */
#include "fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    struct text file = make_file(bytes, n);
    size_t size = file.n < sizeof big.answer ? file.n : sizeof big.answer - 1;
    memcpy(big.answer, file.at, size);
    free((char *)file.at);
    memset(&answer, 0, sizeof answer);
    if (read_answer(size) == UNREADABLE)
        return 0;
    check(answer.fails == 0 || answer.fails == 1);
    check(is_name(answer.cause) && (answer.rule.n == 0 || is_name(answer.rule)));
    check(answer.reason.n <= REASON_MAX && answer.json.n <= JSON_MAX);
    /* What is written to the mailbox fits into its buffer, and reaches the agent complete. */
    verdict = answer;
    prepare_call();
    identify_record(&big.outcome, "outcome");
    compose_outcome(&big.outcome);
    check(big.outcome.parts[0].iov_len < sizeof big.outcome_head && big.outcome.parts[1].iov_len == answer.json.n);
    return 0;
}
