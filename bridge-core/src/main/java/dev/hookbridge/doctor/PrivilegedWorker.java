package dev.hookbridge.doctor;

import dev.hookbridge.config.HostPaths;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.BlockingQueue;
import org.jspecify.annotations.Nullable;

/**
 * Runs a worker of the doctor in its own process: one as the calling user (root on a host), and one
 * as the owner of the spool. Root does not read the agent's folders, because the agent's user can
 * put anything there. A process that hangs on a frozen disk can be left behind.
 */
final class PrivilegedWorker implements AutoCloseable {
  /** Names of the two workers, as {@link DoctorWorker} expects them. */
  static final String HOST = "host";

  static final String AGENT = "agent";

  /** Maximum output of a worker in bytes. The findings of a host with a dozen sinks are smaller. */
  private static final int MOST = 1 << 20;

  private final String name;
  private final Process process;

  /** A line of a worker. {@code line} is null at the end of the output. */
  record Said(PrivilegedWorker by, @Nullable DoctorLine line) {}

  private PrivilegedWorker(String name, Process process) {
    this.name = name;
    this.process = process;
  }

  /**
   * Starts a worker. Its lines go into the queue.
   *
   * @param user a command prefix that runs a program as another user; may be empty
   */
  static PrivilegedWorker start(
      String name,
      List<String> user,
      HostPaths places,
      String token,
      List<String> arguments,
      BlockingQueue<Said> said)
      throws IOException {
    List<String> words = new ArrayList<>(user);
    words.addAll(java());
    if (!user.isEmpty()) {
      words.add("-XX:+DisableAttachMechanism");
    }
    words.addAll(List.of(DoctorWorker.class.getName(), name, token));
    words.addAll(arguments);
    ProcessBuilder builder = new ProcessBuilder(words);
    builder.redirectError(ProcessBuilder.Redirect.DISCARD);
    if (!user.isEmpty()) {
      builder.environment().put("HOME", places.data().toString());
      builder.directory(Path.of("/").toFile());
    }
    PrivilegedWorker part = new PrivilegedWorker(name, builder.start());
    Thread reader = new Thread(() -> part.read(said), "doctor-" + name);
    reader.setDaemon(true);
    reader.start();
    return part;
  }

  /**
   * Returns the java command. It is as small and as quick to start as the agent's. {@code
   * bin/hookbridge} has the same options.
   */
  private static List<String> java() {
    String home = System.getProperty("hookbridge.home", "");
    List<String> words = new ArrayList<>();
    words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    words.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx56m"));
    Path archive = Path.of(home, "lib", "hookbridge.jsa");
    if (!home.isEmpty() && Files.isReadable(archive)) {
      words.addAll(List.of("-XX:SharedArchiveFile=" + archive, "-Xlog:cds*=off"));
    }
    words.add("-Dhookbridge.home=" + home);
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }

  /**
   * Returns the command prefix by which root becomes the spool's owner. Returns an empty list when
   * the user does not change.
   *
   * @throws IOException with one sentence, when the owner or the program for the change is not
   *     known
   */
  static List<String> owner(HostPaths places) throws IOException {
    if (DoctorFolders.self() != 0) {
      return List.of();
    }
    OptionalInt owner = DoctorFolders.owner(places.spool());
    if (owner.isEmpty()) {
      throw new IOException(
          "was not checked: there is no folder " + places.spool() + " whose owner could be asked");
    }
    if (owner.getAsInt() == 0) {
      return List.of();
    }
    Object group = Files.getAttribute(places.spool(), "unix:gid", LinkOption.NOFOLLOW_LINKS);
    return List.of(relay().toString(), Integer.toString(owner.getAsInt()), group.toString());
  }

  /**
   * Returns the relay program. It keeps the worker away from root's terminal, which this process
   * has.
   */
  private static Path relay() throws IOException {
    Path relay = Path.of(System.getProperty("hookbridge.home", ""), "libexec", "hookbridge-relay");
    if (!Files.isExecutable(relay)) {
      throw new IOException("was not checked: " + relay + " is missing, install it");
    }
    return relay;
  }

  /** Returns the name of the worker. */
  String name() {
    return name;
  }

  private void read(BlockingQueue<Said> said) {
    try (InputStream in = process.getInputStream();
        BufferedReader lines =
            new BufferedReader(
                new InputStreamReader(new Bounded(in, MOST), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        DoctorLine parsed = DoctorLine.parse(line);
        if (parsed != null) {
          said.add(new Said(this, parsed));
        }
      }
    } catch (IOException e) {
      said.add(new Said(this, null));
      return;
    }
    said.add(new Said(this, null));
  }

  /** Sends a word to the worker. A worker that has ended does not get it. */
  void report(String word) {
    try {
      OutputStream out = process.getOutputStream();
      out.write((word + "\n").getBytes(StandardCharsets.UTF_8));
      out.flush();
    } catch (IOException e) {
      close();
    }
  }

  /**
   * Kills the process and does not wait. A process that waits for a disk ends when the disk
   * answers.
   */
  @Override
  public void close() {
    process.destroyForcibly();
  }

  /** A stream with a maximum length. */
  private static final class Bounded extends InputStream {
    private final InputStream in;
    private int left;

    private Bounded(InputStream in, int most) {
      this.in = in;
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      return left-- > 0 ? in.read() : -1;
    }

    @Override
    public int read(byte[] bytes, int from, int length) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int read = in.read(bytes, from, Math.min(length, left));
      left -= Math.max(0, read);
      return read;
    }
  }
}
