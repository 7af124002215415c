package dev.hookbridge.harness.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.harness.host.Host;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The agent of a {@link Hypervisor}: started as root, it becomes the user hookbridge by itself. */
public final class InnerAgent {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private final Hypervisor host;
  private final int http;
  private Process nsenter;

  InnerAgent(Hypervisor host, int http) {
    this.host = host;
    this.http = http;
  }

  int http() {
    return http;
  }

  Path log() {
    return host.folder.resolve("agent.log");
  }

  public void start() throws IOException {
    nsenter =
        new ProcessBuilder(host.beside("/run/distribution/bin/hookbridge", "agent"))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
            .start();
    Awaitility.await("it is inside")
        .atMost(PATIENCE)
        .pollInterval(Duration.ofMillis(10))
        .until(() -> nsenter.children().findAny().isPresent());
  }

  public void awaitReady() {
    Awaitility.await("the agent is ready")
        .atMost(PATIENCE)
        .failFast(() -> assertThat(nsenter.isAlive()).as(Files.readString(log())).isTrue())
        .until(this::ready);
  }

  private boolean ready() throws InterruptedException {
    try {
      return get("/ready").statusCode() == 200;
    } catch (IOException e) {
      return false; // it does not listen so far
    }
  }

  public String metrics() throws IOException, InterruptedException {
    return get("/metrics").body();
  }

  private HttpResponse<String> get(String path) throws IOException, InterruptedException {
    URI uri = URI.create("http://127.0.0.1:" + http + path);
    HttpRequest request = HttpRequest.newBuilder(uri).timeout(Duration.ofSeconds(10)).build();
    return HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
  }

  /** TERM, KILL, STOP or CONT. */
  public void signal(String signal) throws IOException, InterruptedException {
    // nsenter stays as its parent. It passes no signal on, and stops with it.
    ProcessHandle child = nsenter.children().findFirst().orElseThrow();
    Host.run(PATIENCE, "kill", "-" + signal, "" + child.pid());
    if (signal.equals("CONT")) {
      Host.run(PATIENCE, "kill", "-CONT", "" + nsenter.pid());
    }
    if (signal.equals("TERM") || signal.equals("KILL")) {
      assertThat(nsenter.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
  }

  public boolean lives() {
    return nsenter != null && nsenter.isAlive();
  }

  /**
   * A parent that has stopped would not take note of its child's end, and all would wait for it.
   */
  void close() {
    if (nsenter != null) {
      nsenter.children().forEach(ProcessHandle::destroyForcibly);
      nsenter.destroyForcibly().onExit().join();
    }
  }
}
