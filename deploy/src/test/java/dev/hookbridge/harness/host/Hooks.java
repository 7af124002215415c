package dev.hookbridge.harness.host;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Deadline;
import dev.hookbridge.testing.Recordings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls hooks as libvirt does: the real shim, one call of a guest after the other. */
public final class Hooks {
  /** The longest a hook may take on a machine as busy as this one is during a test. */
  private static final Duration LONGEST = Duration.ofSeconds(5);

  private static final List<String> LIFE =
      List.of("prepare begin", "start begin", "started begin", "stopped end", "release end");

  private final Host host;
  private final List<Long> durations = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> lived = new ConcurrentHashMap<>();
  private final Map<String, Integer> returned = new ConcurrentHashMap<>();
  private final AtomicBoolean stop = new AtomicBoolean();

  public Hooks(Host host) {
    this.host = host;
  }

  /** Makes a recorded call. */
  public void fire(Recordings.Recorded call) throws IOException, InterruptedException {
    fire(call.driver(), call.args(), call.stdin());
  }

  public void fire(String driver, List<String> arguments, String stdin)
      throws IOException, InterruptedException {
    Called called = call(driver, arguments, stdin);
    durations.add(called.nanos);
    assertThat(called.exit).as("exit code of %s", arguments).isZero();
    assertThat(called.said).as("what a hook printed").isEmpty();
    Deadline.kept(LONGEST, Duration.ofNanos(called.nanos));
  }

  /** How a call of a hook ended. */
  public record Called(int exit, String said, long nanos) {}

  /** Makes a call that may well fail or last. */
  public Called call(String driver, List<String> arguments, String stdin)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(host.hook(driver).toString());
    command.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(host.environment());
    builder.redirectErrorStream(true);
    long begin = System.nanoTime();
    Process process = builder.start();
    try (OutputStream in = process.getOutputStream()) {
      in.write(stdin.getBytes(StandardCharsets.UTF_8));
    }
    byte[] said = process.getInputStream().readAllBytes();
    int exit = process.waitFor();
    return new Called(exit, new String(said, StandardCharsets.UTF_8), System.nanoTime() - begin);
  }

  /** One life after the other, of several guests at once, until {@link #end}. */
  public List<Thread> live(int guests, Thread.UncaughtExceptionHandler failed) {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < guests; i++) {
      String guest = "guest-" + i;
      Thread thread = new Thread(() -> live(guest), guest);
      thread.setUncaughtExceptionHandler(failed);
      thread.start();
      threads.add(thread);
    }
    return threads;
  }

  /** The call a guest makes as its n-th, which tells where it stands among the others. */
  public void fire(String guest, int number) throws IOException, InterruptedException {
    String[] words = LIFE.get(number % LIFE.size()).split(" ", -1);
    String uuid = String.format("00000000-0000-4000-8000-%012x", guest.hashCode());
    String stdin =
        "<domain type='qemu'><name>"
            + guest
            + "</name><uuid>"
            + uuid
            + "</uuid><title>"
            + number / LIFE.size()
            + "</title></domain>\n";
    fire("qemu", List.of(guest, words[0], words[1], "-"), stdin);
  }

  private void live(String guest) {
    for (int life = 0; !stop.get(); life++) {
      for (int step = 0; step < LIFE.size(); step++) {
        try {
          fire(guest, life * LIFE.size() + step);
        } catch (IOException e) {
          throw new AssertionError(e);
        } catch (InterruptedException e) {
          return;
        }
        returned.merge(guest, 1, Integer::sum);
      }
      lived.put(guest, life + 1);
    }
  }

  /** By guest how many lives it has had; to be asked when its thread has ended. */
  public Map<String, Integer> lived() {
    return lived;
  }

  /** By guest how many calls have returned so far, each while the guest goes on. */
  public Map<String, Integer> returned() {
    return Map.copyOf(returned);
  }

  public void end() {
    stop.set(true);
  }

  public int fired() {
    return durations.size();
  }

  /** The operations of one guest in the order in which libvirt calls them. */
  public static List<String> expected(int lives) {
    return firsts(lives * LIFE.size());
  }

  /** The first calls of a guest. */
  public static List<String> firsts(int calls) {
    List<String> firsts = new ArrayList<>();
    for (int i = 0; i < calls; i++) {
      String step = LIFE.get(i % LIFE.size());
      firsts.add(step.substring(0, step.indexOf(' ')) + " " + i / LIFE.size());
    }
    return firsts;
  }
}
