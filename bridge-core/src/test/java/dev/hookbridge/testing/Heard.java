package dev.hookbridge.testing;

import dev.hookbridge.api.Replies;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;

/** Records the reports of a decision channel, and waits for them. */
public final class Heard implements Replies {
  private static final Duration SOON = Duration.ofSeconds(30);
  private final Map<String, List<byte[]>> replies = new HashMap<>();
  private final Set<String> unheard = new HashSet<>();
  private final Map<String, String> failed = new HashMap<>();
  private final List<String> broken = new ArrayList<>();

  @Override
  public synchronized void replied(String correlation, byte[] body) {
    replies.computeIfAbsent(correlation, unused -> new ArrayList<>()).add(body);
  }

  @Override
  public synchronized void unheard(String correlation) {
    unheard.add(correlation);
  }

  @Override
  public synchronized void failed(String correlation, String why) {
    failed.put(correlation, why);
  }

  @Override
  public synchronized void broken(String why) {
    broken.add(why);
  }

  /** Returns the replies with a correlation ID. */
  public synchronized List<byte[]> replies(String correlation) {
    return List.copyOf(replies.getOrDefault(correlation, List.of()));
  }

  /** Returns the replies with a correlation ID as text. */
  public List<String> texts(String correlation) {
    return replies(correlation).stream()
        .map(body -> new String(body, StandardCharsets.UTF_8))
        .toList();
  }

  /** Returns all correlation IDs that have a reply. */
  public synchronized Set<String> correlations() {
    return Set.copyOf(replies.keySet());
  }

  /** Returns whether the broker reported that no decider got the request. */
  public synchronized boolean wasUnheard(String correlation) {
    return unheard.contains(correlation);
  }

  /** Returns all reported failures. */
  public synchronized List<String> faults() {
    List<String> all = new ArrayList<>(broken);
    all.addAll(failed.values());
    return all;
  }

  private synchronized boolean trouble(String correlation) {
    return failed.containsKey(correlation) || !broken.isEmpty();
  }

  /** Waits for a number of replies to a request. */
  public void awaitReplies(String correlation, int count) {
    await("a reply to " + correlation, SOON, () -> replies(correlation).size() >= count);
  }

  /** Waits for the report that no decider got the request. */
  public void awaitUnheard(String correlation) {
    await("nobody to hear " + correlation, SOON, () -> wasUnheard(correlation));
  }

  /** Waits until a request is reported as failed, or the channel as broken. */
  public void awaitTrouble(String correlation, Duration atMost) {
    await("trouble with " + correlation, atMost, () -> trouble(correlation));
  }

  /** Waits until the channel is reported as broken. Fails when it is reported more than once. */
  public void awaitBroken(Duration atMost) {
    await(
        "a broken channel",
        atMost,
        () -> {
          synchronized (this) {
            return !broken.isEmpty();
          }
        });
    synchronized (this) {
      if (broken.size() > 1) {
        throw new AssertionError("told more than once: " + broken);
      }
    }
  }

  private static void await(
      String what, Duration atMost, java.util.concurrent.Callable<Boolean> there) {
    Awaitility.await(what)
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(1))
        .atMost(atMost)
        .until(there);
  }
}
