package dev.hookbridge.decision.rule;

import dev.hookbridge.envelope.Operations;
import dev.hookbridge.envelope.Operations.Operation;
import dev.hookbridge.record.HookCall;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * The operations that a rule selects: {@code driver.operation.suboperation}, where {@code *}
 * matches any word. It matches only operations that libvirt lets a hook abort.
 *
 * @param destructive whether it also matches operations whose veto ends something that runs
 */
public record OperationPattern(
    String driver, String operation, String suboperation, boolean destructive) {
  private static final String ANY = "*";

  /**
   * Parses a pattern.
   *
   * @throws IllegalArgumentException if the pattern is invalid; the message continues a sentence
   *     that begins with the pattern
   */
  public static OperationPattern of(String pattern, boolean destructive) {
    String[] words = pattern.split("\\.", -1);
    if (words.length != 3) {
      throw new IllegalArgumentException(
          "is not a pattern: write driver.operation.suboperation, * for any word");
    }
    OperationPattern when = new OperationPattern(words[0], words[1], words[2], destructive);
    List<Operation> matching = Operations.all().stream().filter(when::matches).toList();
    if (matching.isEmpty()) {
      throw new IllegalArgumentException(
          "matches no operation that libvirt calls hooks for: write one like qemu.prepare.begin");
    }
    if (matching.stream().noneMatch(when::canVeto)) {
      throw new IllegalArgumentException(explanation(matching.get(0)));
    }
    return when;
  }

  private static String explanation(Operation operation) {
    String so = "when such a hook fails, " + operation.consequence();
    return operation.destructive()
        ? "is destructive, since "
            + so
            + ": set allow-destructive here and in root's shim.conf if that is meant"
        : "cannot be gated, since " + so + ": choose one that can be aborted, like prepare";
  }

  private boolean matches(Operation operation) {
    return is(driver, operation.driver())
        && is(this.operation, operation.name())
        && operation.suboperations().stream().anyMatch(word -> is(suboperation, word));
  }

  private boolean canVeto(Operation operation) {
    return operation.abortable() || (destructive && operation.destructive());
  }

  /** Returns whether the pattern matches a call and the call may be vetoed. */
  boolean matches(HookCall call) {
    Optional<Operation> known = find(call);
    return known.isPresent()
        && canVeto(known.get())
        && is(driver, call.driver())
        && is(operation, known.get().name())
        && is(suboperation, new String(call.suboperation(), StandardCharsets.ISO_8859_1));
  }

  /**
   * Returns whether a veto of this call would end something that runs. It is true for unknown
   * operations.
   */
  public static boolean isDestructive(HookCall call) {
    return find(call).map(Operation::destructive).orElse(true);
  }

  private static Optional<Operation> find(HookCall call) {
    return Operations.find(
        call.driver(), new String(call.operation(), StandardCharsets.ISO_8859_1));
  }

  private static boolean is(String pattern, String word) {
    return pattern.equals(ANY) || pattern.equals(word);
  }

  @Override
  public String toString() {
    return driver + "." + operation + "." + suboperation;
  }
}
