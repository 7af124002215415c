package dev.hookbridge.harness.host;

import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/**
 * A hypervisor for a test: a trial folder, the installed distribution, an agent that can be
 * started, stopped and killed, and hooks that are the real shim.
 */
public final class Host implements AutoCloseable {
  public static final Path DISTRIBUTION = Repository.file("deploy/target/hookbridge");
  private static final Pattern METRICS = Pattern.compile("metrics on https?://([^/]+)/metrics");

  public final Path data;
  private final Path log;
  private Process agent;

  /**
   * @param sinks the YAML below {@code sinks:}, indented
   */
  public Host(Path folder, String name, String sinks) throws IOException {
    this(folder.resolve(name), folder.resolve(name + ".log"), name, sinks);
  }

  /**
   * @param data the trial folder, which may be a mounted disk, or what an earlier host left on one
   * @param log what the agent prints
   */
  public Host(Path data, Path log, String name, String sinks) throws IOException {
    this.data = data;
    this.log = log;
    run(
        Duration.ofSeconds(60),
        "sh",
        DISTRIBUTION + "/libexec/layout.sh",
        "--trial",
        data.toString());
    String yaml = "host: " + name + ".example.org\nhttp: 127.0.0.1:0\nsinks:\n" + sinks;
    Files.writeString(data.resolve("etc/hookbridge.yaml"), yaml);
    for (String driver : List.of("daemon", "qemu", "lxc", "libxl", "bhyve", "network")) {
      Files.createDirectories(data.resolve("hooks"));
      Files.deleteIfExists(hook(driver));
      Files.createSymbolicLink(hook(driver), DISTRIBUTION.resolve("libexec/hookbridge-hook"));
    }
  }

  /** The path by which libvirt would run the hook. */
  public Path hook(String driver) {
    return data.resolve("hooks").resolve(driver);
  }

  /** What the commands and hooks of this host need in their environment. */
  public Map<String, String> environment() {
    return Map.of("HOOKBRIDGE_DATA_DIR", data.toString());
  }

  /**
   * @param prefix a command that runs the agent
   */
  public void startAgent(String... prefix) throws IOException {
    List<String> command = new ArrayList<>(List.of(prefix));
    command.addAll(List.of(DISTRIBUTION + "/bin/hookbridge", "agent"));
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    agent = builder.start();
  }

  /** An agent that believes the host was restarted since: the kernel's boot id is another one. */
  public void startAgentOfNextBoot() throws IOException {
    Needs.root();
    Needs.command("unshare");
    Path bootId = log.resolveSibling(log.getFileName() + ".boot");
    Files.writeString(bootId, UUID.randomUUID() + "\n");
    String bound = "mount --bind '" + bootId + "' /proc/sys/kernel/random/boot_id";
    startAgent("unshare", "--mount", "sh", "-c", bound + " && exec \"$@\"", "sh");
  }

  /** An agent that gets SIGKILL when it has reached a step so many times. */
  public Process startMortalAgent(String step, int occurrence) throws IOException {
    String tests = Repository.file("bridge-core/target/test-classes").toString();
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx56m",
            "-XX:TieredStopAtLevel=1",
            "-cp",
            DISTRIBUTION + "/lib/*" + File.pathSeparator + tests,
            "dev.hookbridge.agent.MortalAgent",
            step,
            Integer.toString(occurrence));
    builder.environment().putAll(environment());
    builder.redirectErrorStream(true);
    builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder.start();
  }

  /** SIGSTOP, and every thread has stopped when this returns. */
  public void haltAgent() throws IOException {
    signal("STOP");
    Path tasks = Path.of("/proc", Long.toString(pid()), "task");
    Awaitility.await("the agent has stopped")
        .pollDelay(Duration.ZERO)
        .pollInterval(Duration.ofMillis(2))
        .until(
            () -> {
              try (var each = Files.list(tasks)) {
                return each.allMatch(Host::stopped);
              }
            });
  }

  public void continueAgent() throws IOException {
    signal("CONT");
  }

  private static boolean stopped(Path task) {
    try {
      String stat = Files.readString(task.resolve("stat"));
      return stat.charAt(stat.lastIndexOf(')') + 2) == 'T';
    } catch (IOException e) {
      return true; // this thread has ended
    }
  }

  private void signal(String name) throws IOException {
    run(Duration.ofSeconds(10), "kill", "-" + name, Long.toString(pid()));
  }

  /** Of the agent itself: where there is a terminal, root's relay is its parent. */
  public long pid() {
    ProcessHandle started = agent.toHandle();
    boolean relayed = started.info().command().orElse("").endsWith("/hookbridge-relay");
    return relayed ? started.children().findFirst().orElse(started).pid() : started.pid();
  }

  /** The most memory the agent has had resident, in KiB. */
  public long peakKib() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc", Long.toString(pid()), "status"))) {
      if (line.startsWith("VmHWM:")) {
        return Long.parseLong(line.replaceAll("\\D", ""));
      }
    }
    throw new AssertionError("the kernel does not say");
  }

  public boolean agentLives() {
    return agent.isAlive();
  }

  /** SIGKILL, and the process is gone when this returns. */
  public void killAgent() throws InterruptedException {
    agent.destroyForcibly().waitFor();
  }

  /** SIGTERM; the exit code. */
  public int stopAgent() throws InterruptedException {
    agent.destroy();
    if (!agent.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the agent did not stop in 60 s:\n" + log());
    }
    return agent.exitValue();
  }

  Path logFile() {
    return log;
  }

  public String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      return "no log: " + e;
    }
  }

  /** Where the agent that was started last has its metrics, as address and port; or empty. */
  public String http() {
    Matcher matcher = METRICS.matcher(log());
    String address = "";
    while (matcher.find()) {
      address = matcher.group(1); // that of the last start
    }
    return address;
  }

  /** Asks the running agent's server. */
  public HttpResponse<String> ask(String path) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://" + http() + path))
            .timeout(Duration.ofSeconds(10))
            .build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  public void awaitReady() {
    Awaitility.await("ready").atMost(Duration.ofSeconds(60)).until(() -> status("/ready") == 200);
  }

  /**
   * Nothing waits in mailbox and spool any more. Takes as long as it goes on: on a busy machine
   * more hooks come than are delivered meanwhile.
   */
  public void awaitDelivered() {
    awaitReady(); // who does not answer so far has no metric above 0
    double[] left = {Double.MAX_VALUE};
    long[] moved = {System.nanoTime()};
    Awaitility.await("nothing waits in mailbox and spool")
        .forever()
        .pollInterval(Duration.ofMillis(200))
        .failFast(
            "nothing was delivered for three minutes",
            () -> System.nanoTime() - moved[0] > Duration.ofMinutes(3).toNanos())
        .until(
            () -> {
              double waiting = mailboxFiles() + metric("hookbridge_sink_lag_events");
              if (waiting != left[0]) {
                left[0] = waiting;
                moved[0] = System.nanoTime();
              }
              return waiting == 0;
            });
  }

  /** Counted here, since the agent counts once a second. */
  public long mailboxFiles() throws IOException {
    try (var files = Files.list(data.resolve("mail/new"))) {
      return files.filter(file -> !file.getFileName().toString().startsWith(".")).count();
    }
  }

  /** The sum of a meter over its labels, 0 when the agent does not answer. */
  public double metric(String name) {
    try {
      return ask("/metrics")
          .body()
          .lines()
          .filter(line -> line.startsWith(name + " ") || line.startsWith(name + "{"))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
          .sum();
    } catch (IOException | IllegalArgumentException e) {
      return 0;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  private int status(String path) {
    try {
      return ask(path).statusCode();
    } catch (IOException | IllegalArgumentException e) {
      return 0; // it does not listen so far
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  /** Runs {@code bin/hookbridge} and returns what it printed on both streams. */
  public Ran hookbridge(String... arguments) throws IOException {
    String[] command = new String[arguments.length + 1];
    command[0] = DISTRIBUTION + "/bin/hookbridge";
    System.arraycopy(arguments, 0, command, 1, arguments.length);
    return run(Duration.ofSeconds(120), environment(), command);
  }

  /**
   * Makes the topics, exchanges and queues of the configuration. A broker that has just started on
   * a busy machine may need longer than one check waits.
   */
  public Ran create() {
    return Awaitility.await("check --create")
        .atMost(Duration.ofMinutes(2))
        .until(() -> hookbridge("check", "--create"), ran -> ran.exit() == 0);
  }

  /** What a command printed and its exit code. */
  public record Ran(int exit, String output) {}

  public static Ran run(Duration patience, String... command) throws IOException {
    return run(patience, Map.of(), command);
  }

  public static Ran run(Duration patience, Map<String, String> environment, String... command)
      throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command);
    builder.environment().putAll(environment);
    builder.redirectErrorStream(true);
    Path out = Files.createTempFile("ran", ".txt");
    builder.redirectOutput(out.toFile());
    builder.redirectInput(new File("/dev/null"));
    Process process = builder.start();
    try {
      if (!process.waitFor(patience.toMillis(), TimeUnit.MILLISECONDS)) {
        process.destroyForcibly();
        throw new AssertionError(List.of(command) + " did not end in " + patience);
      }
      return new Ran(process.exitValue(), Files.readString(out));
    } catch (InterruptedException e) {
      process.destroyForcibly();
      throw new AssertionError(e);
    } finally {
      Files.delete(out);
    }
  }

  @Override
  public void close() {
    if (agent != null) {
      agent.destroyForcibly().onExit().join();
    }
    File[] links = new File(data.toFile(), "hooks").listFiles();
    for (File link : links == null ? new File[0] : links) {
      link.delete(); // a link out of a temporary folder makes JUnit warn about every one
    }
  }
}
