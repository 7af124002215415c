package dev.hookbridge.harness.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.FreePort;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * A real libvirtd with hooks, mailbox and agent as on a host, in namespaces of its own: {@code
 * deploy/e2e/hypervisor.sh} makes them. What runs inside ends with the first process in there.
 */
public final class Hypervisor implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Path DISTRIBUTION = Repository.file("deploy/target/hookbridge");

  public final Path folder;
  public final String name;
  private final Process outer;
  private final ProcessHandle init;
  public final InnerAgent agent;

  public Hypervisor(Path folder, String name) throws IOException {
    this(folder, folder.resolve("data"), name, List.of());
  }

  /**
   * @param data becomes /var/lib/hookbridge; may be a disk of its own
   * @param prefix a command that runs all of it
   */
  public Hypervisor(Path folder, Path data, String name, List<String> prefix) throws IOException {
    prerequisites();
    this.folder = folder;
    this.name = name;
    Files.createDirectories(folder);
    List<String> words = new ArrayList<>(prefix);
    words.addAll(
        List.of(
            "unshare",
            "--mount",
            "--net",
            "--pid",
            "--uts",
            "--fork",
            "--kill-child",
            "--mount-proc"));
    if (!prefix.isEmpty()) {
      words.remove("--net"); // another one's network
    }
    words.addAll(
        List.of(
            "--propagation",
            "private",
            Repository.file("deploy/e2e/hypervisor.sh").toString(),
            folder.toString(),
            data.toString(),
            DISTRIBUTION.toString(),
            System.getProperty("java.home"),
            name));
    Path log = folder.resolve("hypervisor.log");
    outer =
        new ProcessBuilder(words).redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Awaitility.await("the namespaces")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(outer.isAlive()).as(Files.readString(log)).isTrue())
        .until(() -> Files.readString(log).contains("ready\n"));
    init = outer.children().findFirst().orElseThrow();
    agent = new InnerAgent(this, FreePort.find());
    assertThat(inside("virtlogd", "-d").exit()).isZero();
  }

  private static void prerequisites() throws IOException {
    Needs.root();
    for (String command :
        List.of(
            "libvirtd", "virtlogd", "virsh", "qemu-system-x86_64", "dnsmasq", "busybox", "ip")) {
      Needs.command(command);
    }
    Needs.command("unshare");
    Needs.command("nsenter");
    Host.Ran ran = Host.run(PATIENCE, "unshare", "--mount", "--net", "--pid", "--fork", "true");
    Needs.that(ran.exit() == 0, "namespaces are needed: run this outside of a container");
  }

  /** Runs a program on the hypervisor, its network included. */
  public Host.Ran inside(String... command) throws IOException {
    return enter(List.of("--mount", "--net", "--pid", "--uts"), command);
  }

  private Host.Ran enter(List<String> spaces, String... command) throws IOException {
    return Host.run(PATIENCE.multipliedBy(2), entering(spaces, command).toArray(String[]::new));
  }

  private List<String> entering(List<String> spaces, String... command) {
    List<String> words = new ArrayList<>(List.of("nsenter", "--target", "" + init.pid()));
    words.addAll(spaces);
    words.add("--");
    words.addAll(List.of(command));
    return words;
  }

  /** Runs a program beside libvirt whose network is this machine's, where the brokers are. */
  List<String> beside(String... command) {
    List<String> words = new ArrayList<>(List.of("env", "HOOKBRIDGE_JAVA=/run/java/bin/java"));
    words.addAll(List.of(command));
    return entering(List.of("--mount", "--pid", "--uts"), words.toArray(String[]::new));
  }

  /** Runs {@code bin/hookbridge} as root of the hypervisor. */
  public Host.Ran hookbridge(String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("/run/distribution/bin/hookbridge"));
    words.addAll(List.of(arguments));
    return Host.run(
        PATIENCE.multipliedBy(2), beside(words.toArray(String[]::new)).toArray(String[]::new));
  }

  /** A path of the hypervisor as seen from here. */
  public Path at(String absolute) {
    return Path.of("/proc", "" + init.pid(), "root", absolute);
  }

  public void configure(String sinks) throws IOException {
    String yaml =
        "host: " + name + ".example.org\nhttp: 127.0.0.1:" + agent.http() + "\nsinks:\n" + sinks;
    Files.writeString(at("/etc/hookbridge/hookbridge.yaml"), yaml);
  }

  // ---- libvirt ----

  public void startLibvirt() throws IOException {
    startLibvirt("--daemon");
  }

  public void startLibvirt(String... options) throws IOException {
    List<String> words = new ArrayList<>(List.of("libvirtd", "--pid-file", "/run/libvirtd.pid"));
    words.addAll(List.of(options));
    Host.Ran ran = inside(words.toArray(String[]::new));
    assertThat(ran.exit()).as(ran.output()).isZero();
    awaitLibvirt();
  }

  void awaitLibvirt() {
    Awaitility.await("libvirtd answers")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> inside("virsh", "--quiet", "list").exit() == 0);
  }

  public void signalLibvirt(String signal) throws IOException {
    Host.Ran ran = inside("sh", "-c", "kill -" + signal + " $(cat /run/libvirtd.pid)");
    assertThat(ran.exit()).as(ran.output()).isZero();
  }

  /** In an orderly way; guests go on. */
  void stopLibvirt() throws IOException {
    signalLibvirt("TERM");
    Awaitility.await("libvirtd has ended")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(50))
        .until(() -> inside("sh", "-c", "kill -0 $(cat /run/libvirtd.pid)").exit() != 0);
  }

  public void restartLibvirt() throws IOException {
    stopLibvirt();
    startLibvirt();
  }

  /** Runs virsh, which must succeed. */
  public String virsh(String... arguments) throws IOException {
    Host.Ran ran = tryVirsh(arguments);
    assertThat(ran.exit()).as("virsh %s: %s", List.of(arguments), ran.output()).isZero();
    return ran.output();
  }

  public Host.Ran tryVirsh(String... arguments) throws IOException {
    List<String> words = new ArrayList<>(List.of("virsh", "--quiet"));
    words.addAll(List.of(arguments));
    return inside(words.toArray(String[]::new));
  }

  /** The process of a guest, by which a restarted guest is told from one that never stopped. */
  public String qemu(String guest) throws IOException {
    return Files.readString(at("/run/libvirt/qemu/" + guest + ".pid")).strip();
  }

  public boolean runs(String guest) throws IOException {
    return virsh("domstate", guest).strip().equals("running");
  }

  public void awaitState(String guest, String state) {
    Awaitility.await(guest + " is " + state)
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(100))
        .until(() -> virsh("domstate", guest).strip().equals(state));
  }

  /** What the agent and libvirtd said. */
  public String log() {
    StringBuilder log = new StringBuilder();
    for (Path file : List.of(agent.log(), folder.resolve("libvirt/log/libvirtd.log"))) {
      try {
        String text = Files.exists(file) ? Files.readString(file) : "";
        log.append(file).append(":\n").append(text.substring(Math.max(0, text.length() - 6_000)));
      } catch (IOException e) {
        log.append(e);
      }
    }
    return log.toString();
  }

  @Override
  public void close() {
    agent.close();
    init.destroyForcibly();
    outer.onExit().join();
  }
}
