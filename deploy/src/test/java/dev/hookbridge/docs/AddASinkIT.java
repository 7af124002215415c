package dev.hookbridge.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The README's page about adding a sink, followed: its code is compiled against {@code lib/},
 * packed, dropped there, configured as shown, and gets the event of a real hook.
 */
class AddASinkIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Page README = Page.of("README.md");

  private record Posted(Map<String, String> headers, JsonNode body) {}

  @TempDir Path folder;

  @Test
  void theSinkOfTheReadmeWorks() throws Exception {
    Trial trial = Trial.in(folder);
    drop(compiled(trial.lib()), trial.lib().resolve("webhook.jar"));
    List<Posted> posted = Collections.synchronizedList(new ArrayList<>());
    HttpServer server = server(posted);
    try {
      String url = "http://127.0.0.1:" + server.getAddress().getPort() + "/events";
      trial.configure(README.block("sink: webhook").replace("https://example.org/events", url));
      Path stdin = Files.writeString(folder.resolve("xml"), "<domain><name>wéb 1</name></domain>");
      assertThat(trial.hook("qemu", List.of("wéb 1", "started", "begin", "-"), stdin)).isZero();
      Process agent = trial.agent();
      try {
        Awaitility.await("the guest's event; log:\n" + Files.readString(trial.log()))
            .atMost(Duration.ofSeconds(60))
            .until(() -> posted.stream().anyMatch(AddASinkIT::started));
      } finally {
        agent.destroy();
        assertThat(agent.waitFor()).as(Files.readString(trial.log())).isZero();
      }
    } finally {
      server.stop(0);
    }
    Posted event = posted.stream().filter(AddASinkIT::started).findFirst().orElseThrow();
    assertThat(event.headers())
        .containsEntry("content-type", "application/json")
        .containsEntry("ce-source", "//kvm-07.example.org/libvirt")
        .containsEntry("ce-subject", "w%C3%A9b%201")
        .containsKeys("ce-id", "ce-sequence", "ce-partitionkey");
    assertThat(event.body().at("/domain/name").asText()).isEqualTo("wéb 1");
    // The agent's own events come too, and in the order of the host's numbers for each key.
    assertThat(posted)
        .anyMatch(p -> p.headers().get("ce-type").equals("dev.hookbridge.agent.started.v1"));
  }

  private static boolean started(Posted posted) {
    return "dev.hookbridge.libvirt.qemu.started.v1".equals(posted.headers().get("ce-type"));
  }

  private static HttpServer server(List<Posted> posted) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 16);
    server.createContext(
        "/events",
        exchange -> {
          Map<String, String> headers = new HashMap<>();
          exchange
              .getRequestHeaders()
              .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.get(0)));
          try (InputStream body = exchange.getRequestBody()) {
            posted.add(new Posted(headers, JSON.readTree(body)));
          }
          exchange.sendResponseHeaders(204, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  /** The files of the page, compiled as its {@code javac} line does. */
  private Path compiled(Path lib) throws IOException {
    Path classes = Files.createDirectories(folder.resolve("classes"));
    List<Path> sources = new ArrayList<>();
    for (String language : List.of("java", "")) {
      for (Page.Block block : README.blocks(language)) {
        if (block.note().startsWith("file: ")) {
          boolean source = language.equals("java");
          Path file = (source ? folder.resolve("src") : classes).resolve(block.note().substring(6));
          Files.createDirectories(file.getParent());
          Files.writeString(file, block.text());
          if (source) {
            sources.add(file);
          }
        }
      }
    }
    assertThat(sources).hasSize(2);
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    StringWriter said = new StringWriter();
    List<String> options =
        List.of(
            "--release",
            "17",
            "-Xlint:all,-path",
            "-Werror",
            "-cp",
            classPath(lib),
            "-d",
            classes.toString());
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      boolean well =
          compiler
              .getTask(said, files, null, options, null, files.getJavaFileObjectsFromPaths(sources))
              .call();
      assertThat(well).as(said.toString()).isTrue();
    }
    return classes;
  }

  private static String classPath(Path lib) throws IOException {
    try (Stream<Path> jars = Files.list(lib)) {
      return String.join(
          ":", jars.map(Path::toString).filter(name -> name.endsWith(".jar")).toList());
    }
  }

  private static void drop(Path classes, Path jar) throws IOException {
    try (OutputStream out = Files.newOutputStream(jar);
        JarOutputStream packed = new JarOutputStream(out);
        Stream<Path> files = Files.walk(classes)) {
      for (Path file : files.filter(Files::isRegularFile).toList()) {
        packed.putNextEntry(new JarEntry(classes.relativize(file).toString()));
        Files.copy(file, packed);
      }
    }
  }
}
