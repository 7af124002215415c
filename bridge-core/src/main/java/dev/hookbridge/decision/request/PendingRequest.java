package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.record.HookCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A request that deciders have not answered yet, in readable form.
 *
 * @param operation {@code driver.operation}, as libvirt called the hook
 * @param object the name of the guest or network; its owner chose it, and bytes that are not UTF-8
 *     are replaced by U+FFFD
 * @param waited the time since the hook began to wait
 * @param left the time until the rule's default applies
 * @param enforced whether the hook waits for the reply; otherwise the rule has mode observe
 */
public record PendingRequest(
    String rule,
    String operation,
    String object,
    Duration waited,
    Duration left,
    boolean enforced) {

  static PendingRequest of(PendingDecision pending, Rule rule) {
    HookCall call = pending.call();
    return new PendingRequest(
        rule.name(),
        call.driver() + "." + utf8(call.operation()),
        utf8(call.object()),
        Duration.ofNanos(System.nanoTime() - pending.begun()),
        pending.left(rule),
        rule.mode() == Rule.Mode.ENFORCE);
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
