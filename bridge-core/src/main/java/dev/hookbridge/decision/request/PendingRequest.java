package dev.hookbridge.decision.request;

import dev.hookbridge.decision.rule.Rule;
import dev.hookbridge.record.HookCall;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/**
 * A question that deciders have not answered so far, for people to look at.
 *
 * @param operation {@code driver.operation}, as libvirt called it
 * @param object the guest's or network's name, whatever its owner chose; what is not UTF-8 became
 *     U+FFFD
 * @param waited since the hook began to wait
 * @param left until the rule's default holds
 * @param enforced the hook waits for it; else it is only observed
 */
public record PendingRequest(
    String rule,
    String operation,
    String object,
    Duration waited,
    Duration left,
    boolean enforced) {

  static PendingRequest of(PendingDecision asking, Rule rule) {
    HookCall call = asking.call();
    return new PendingRequest(
        rule.name(),
        call.driver() + "." + utf8(call.operation()),
        utf8(call.object()),
        Duration.ofNanos(System.nanoTime() - asking.begun()),
        asking.left(rule),
        rule.mode() == Rule.Mode.ENFORCE);
  }

  private static String utf8(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
