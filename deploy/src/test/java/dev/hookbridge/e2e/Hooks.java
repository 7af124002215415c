package dev.hookbridge.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.testing.Recordings;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Calls hooks as libvirt does: the real shim, one call of a guest after the other. */
final class Hooks {
  /** The longest a hook may take on a machine as busy as this one is during a test. */
  private static final long USUAL = 3_000_000_000L;

  private static final List<String> LIFE =
      List.of("prepare begin", "start begin", "started begin", "stopped end", "release end");

  private final Host host;
  private final List<Long> durations = Collections.synchronizedList(new ArrayList<>());
  private final Map<String, Integer> lived = new ConcurrentHashMap<>();
  private final AtomicBoolean stop = new AtomicBoolean();

  Hooks(Host host) {
    this.host = host;
  }

  /** Makes a recorded call. */
  void fire(Recordings.Recorded call) throws IOException, InterruptedException {
    fire(call.driver(), call.args(), call.stdin());
  }

  void fire(String driver, List<String> arguments, String stdin)
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
    long took = System.nanoTime() - begin;
    durations.add(took);
    assertThat(exit).as("exit code of %s", arguments).isZero();
    assertThat(said).as("what a hook printed").isEmpty();
    assertThat(took).as("ns a hook took").isLessThan(USUAL);
  }

  /** One life after the other, of several guests at once, until {@link #end}. */
  List<Thread> live(int guests, Thread.UncaughtExceptionHandler failed) {
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

  private void live(String guest) {
    String uuid = String.format("00000000-0000-4000-8000-%012x", guest.hashCode());
    for (int life = 0; !stop.get(); life++) {
      for (String step : LIFE) {
        String[] words = step.split(" ", -1);
        // The number makes each call of a guest tell where it stands among the others.
        String stdin =
            "<domain type='qemu'><name>"
                + guest
                + "</name><uuid>"
                + uuid
                + "</uuid><title>"
                + life
                + "</title></domain>\n";
        try {
          fire("qemu", List.of(guest, words[0], words[1], "-"), stdin);
        } catch (IOException e) {
          throw new AssertionError(e);
        } catch (InterruptedException e) {
          return;
        }
      }
      lived.put(guest, life + 1);
    }
  }

  /** By guest how many lives it has had; to be asked when its thread has ended. */
  Map<String, Integer> lived() {
    return lived;
  }

  void end() {
    stop.set(true);
  }

  int fired() {
    return durations.size();
  }

  /** The operations of one guest in the order in which libvirt calls them. */
  static List<String> expected(int lives) {
    List<String> expected = new ArrayList<>();
    for (int life = 0; life < lives; life++) {
      for (String step : LIFE) {
        expected.add(step.substring(0, step.indexOf(' ')) + " " + life);
      }
    }
    return expected;
  }
}
