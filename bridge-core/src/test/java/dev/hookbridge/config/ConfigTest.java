package dev.hookbridge.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.hookbridge.api.SettingKey;
import dev.hookbridge.api.Settings;
import dev.hookbridge.delivery.SinkOptions;
import dev.hookbridge.http.Endpoint;
import dev.hookbridge.spool.Limits;
import dev.hookbridge.spool.WhenFull;
import dev.hookbridge.testing.TestSettings;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConfigTest {
  private static final Map<String, String> ENVIRONMENT = Map.of("SECRET", "s3cret");

  @TempDir Path folder;

  private HostPaths places() {
    return new HostPaths(folder, folder.resolve("etc"), folder.resolve("run"), true);
  }

  private Config load(String yaml) throws ConfigException, IOException {
    Path file = Files.writeString(folder.resolve("test.yaml"), yaml);
    return Config.load(file, places(), ENVIRONMENT);
  }

  private static String withHost(String yaml) {
    return "host: kvm-07.example.org\n" + yaml;
  }

  @Test
  void everyDefault() throws Exception {
    Config config = load(withHost(""));
    assertThat(config.host()).isEqualTo("kvm-07.example.org");
    assertThat(config.http()).contains(Endpoint.open(new InetSocketAddress("127.0.0.1", 9464)));
    assertThat(config.spool()).isEqualTo(new Limits(4L << 30, WhenFull.DROP_OLDEST));
    assertThat(config.redact()).isEmpty();
    assertThat(config.drainTimeout()).isEqualTo(Duration.ofSeconds(5));
    assertThat(config.sinks()).hasSize(1);
    SinkOptions plan = config.sinks().get(0).plan();
    assertThat(plan.name()).isEqualTo("local");
    assertThat(plan.transport().type()).isEqualTo("file");
    assertThat(TestSettings.text(plan.settings(), "path")).isEqualTo(folder + "/events.jsonl");
    assertThat(plan.xml()).isEqualTo(SinkOptions.Xml.REDACTED);
    assertThat(plan.maxEventBytes()).isEqualTo(1L << 30);
    assertThat(plan.windowBytes()).isEqualTo(4L << 20);
    assertThat(plan.retry()).isEqualTo(SinkOptions.Retry.DEFAULT);
  }

  @Test
  void everyKey() throws Exception {
    Config config =
        load(
            """
            host: kvm-08.example.org
            http: "[::1]:9000"
            drain-timeout: 250ms
            redact: ["user-data", "@token"]
            spool: { max-bytes: 64MiB, when-full: drop-newest }
            sinks:
              archive:
                type: file
                path: /tmp/x.jsonl
                rotate-bytes: 1MiB
                keep: 2
                include: ["qemu.*.*", network.started.begin]
                xml: none
                max-event-bytes: 64KiB
                window-bytes: 1MiB
            """);
    assertThat(config.host()).isEqualTo("kvm-08.example.org");
    assertThat(config.http()).contains(Endpoint.open(new InetSocketAddress("::1", 9000)));
    assertThat(config.drainTimeout()).isEqualTo(Duration.ofMillis(250));
    assertThat(config.redact()).containsExactly("user-data", "@token");
    assertThat(config.spool()).isEqualTo(new Limits(64L << 20, WhenFull.DROP_NEWEST));
    SinkOptions plan = config.sinks().get(0).plan();
    assertThat(plan.xml()).isEqualTo(SinkOptions.Xml.NONE);
    assertThat(plan.maxEventBytes()).isEqualTo(64 << 10);
    assertThat(plan.windowBytes()).isEqualTo(1 << 20);
    assertThat(plan.settings().has(SettingKey.text("include", "", "")))
        .as("is not the transport's")
        .isFalse();
    assertThat(TestSettings.text(plan.settings(), "keep")).isEqualTo("2");
  }

  @Test
  void withoutAnyFileThereIsAFileSink() throws Exception {
    Config config = Config.load(null, places(), ENVIRONMENT);
    assertThat(config.sinks()).extracting(SinkConfig::name).containsExactly("local");
  }

  @Test
  void textsMayComeFromFilesAndTheEnvironment() throws Exception {
    Path secret = Files.writeString(folder.resolve("password"), "from file\n");
    Config config =
        load(
            withHost(
                "sinks: { a: { type: file, path: \"/tmp/${env:SECRET}/${file:"
                    + secret
                    + "}\" } }"));
    assertThat(TestSettings.text(config.sinks().get(0).plan().settings(), "path"))
        .isEqualTo("/tmp/s3cret/from file");
    assertThat(config.toString()).doesNotContain("s3cret", "from file");
  }

  /** A trial beside a hypervisor's own agent does not report the hypervisor's guests. */
  @Test
  void inATrialTheObserverListensOnlyIfItIsConfigured() throws Exception {
    Path file = Files.writeString(folder.resolve("plain.yaml"), withHost(""));
    HostPaths system = new HostPaths(folder, folder, folder, false);
    assertThat(Config.load(file, system, ENVIRONMENT).observer().enabled()).isTrue();
    HostPaths trial = new HostPaths(folder, folder, folder, true);
    assertThat(Config.load(file, trial, ENVIRONMENT).observer().enabled()).isFalse();
    Path named =
        Files.writeString(folder.resolve("named.yaml"), withHost("observer: { enabled: true }"));
    assertThat(Config.load(named, trial, ENVIRONMENT).observer().enabled()).isTrue();
  }

  @Test
  void httpCanBeOff() throws Exception {
    assertThat(load(withHost("http: off")).http()).isEmpty();
  }

  @Test
  void httpWithCertificateAndPassword() throws Exception {
    Path secret = Files.writeString(folder.resolve("password"), "s3cret\n");
    Config config =
        load(
            withHost(
                """
                http:
                  address: 0.0.0.0:9464
                  tls: { certificate: /etc/hookbridge/http.crt, key: /etc/hookbridge/http.key }
                  basic: { user: prometheus, password: "${file:%s}" }
                """
                    .formatted(secret)));
    Endpoint http = config.http().orElseThrow();
    assertThat(http.scheme()).isEqualTo("https");
    assertThat(http.local()).isFalse();
    assertThat(http.tls())
        .contains(
            new Endpoint.Tls(
                Path.of("/etc/hookbridge/http.crt"), Path.of("/etc/hookbridge/http.key")));
    assertThat(http.basic()).contains(new Endpoint.Basic("prometheus", "s3cret"));
    assertThat(config.toString()).contains("prometheus").doesNotContain("s3cret");
  }

  @Test
  void aPasswordInClearStaysOnTheHost() throws Exception {
    String basic = "basic: { user: a, password: b } }";
    assertThat(load(withHost("http: { " + basic)).http().orElseThrow().local()).isTrue();
    assertThat(load(withHost("http: { address: \"[::1]:9464\", " + basic)).http()).isPresent();
    assertThatThrownBy(() -> load(withHost("http: { address: 10.0.0.7:9464, " + basic)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("http.basic would send its password in clear to 10.0.0.7:9464")
        .hasMessageContaining("add http.tls, or listen on 127.0.0.1");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      textBlock =
          """
          hots: a                                              | hots is not a key: did you mean host?
          host: localhost                                      | set 'host' to this host's own name
          host: "a b"                                          | host is not a host name
          http: nowhere                                        | write address:port or off
          http: 127.0.0.1:99999                                | write address:port or off
          http: { adress: 127.0.0.1:1 }                        | http.adress is not a key: did you mean address?
          http: { address: nowhere }                           | http.address has no port: write address:port
          http: { tls: /etc/a.pem }                            | http.tls is not a map
          http: { tls: { key: /k } }                           | http.tls.certificate is missing: add it
          http: { tls: { certificate: c, key: /k } }           | http.tls.certificate is not absolute
          http: { basic: { user: "a:b", password: c } }        | http.basic.user is empty or has a colon
          http: { basic: { user: a, pasword: c } }             | http.basic.pasword is not a key: did you mean password?
          http: { basic: { user: a, password: "" } }           | http.basic.password is empty
          spool: { max-byte: 1GiB }                            | spool.max-byte is not a key: did you mean max-bytes?
          spool: { max-bytes: lots }                           | spool.max-bytes is not a size: write it like 64KiB
          spool: { max-bytes: 1KiB }                           | spool.max-bytes is 1KiB: write a value from 4MiB to 16TiB
          spool: { max-bytes: 5000000 GiB }                    | spool.max-bytes is 5000000 GiB: write a value from 4MiB
          drain-timeout: 20m                                   | drain-timeout is 20m: write a value from 0s to 10m
          sinks: { a: { type: file, path: /x, max-event-bytes: 2GiB } } | sinks.a.max-event-bytes is 2GiB: write a value from 1KiB to 1GiB
          sinks: { a: { type: file, path: /x, keep: 0 } }      | sinks.a.keep is 0: write a value from 1 to 1000
          spool: { when-full: drop }                           | write drop-oldest or drop-newest
          spool: 4GiB                                          | spool is not a map
          drain-timeout: soon                                  | drain-timeout is not a time: write it like
          sinks: { Feed: { type: file } }                      | use lower-case letters
          sinks: { a: { path: /tmp/a } }                       | sinks.a.type is missing
          sinks: { a: { type: kafak, path: /x } }              | sinks.a.type is 'kafak': write one of file
          sinks: { a: { type: file } }                         | sinks.a.path is missing: add it
          sinks: { a: { type: file, path: x } }                | sinks.a.path is not absolute
          sinks: { a: { type: file, path: /x, pth: 1 } }       | sinks.a.pth is not a key: did you mean path?
          sinks: { a: { type: file, path: /x, xml: all } }     | sinks.a.xml is 'all': write redacted or none
          sinks: { a: { type: file, path: /x, include: qemu } }| 'qemu' is not a pattern
          sinks: { a: { type: file, path: "${env:NOPE}" } }    | ${env:NOPE}
          sinks: { a: { type: file, path: "${file:/nope}" } }  | cannot be read: make it
          sinks: [                                             | is not YAML (line 2, column 9: expected the node content, but found '<stream end>'): fix the syntax
          host: a: b                                           | is not YAML (line 1, column 8: mapping values are not allowed here): fix the syntax
          host: "a                                             | is not YAML (line 1, column 9: found unexpected end of stream)
          host: *a                                             | is not YAML (line 1, column 7: found undefined alias a)
          sinks: { a: { type: file, path: "${file:/etc}" } }   | cannot be read: make it, owned by the agent's user (Is a directory)
          - a                                                  | is not a map of settings
          decisions: [ { name: a } ]                           | decisions.a.when is missing
          decision: []                                         | decision is not a key: did you mean decisions?
          """)
  void aMistakeIsOneSentenceThatSaysWhatToDo(String yaml, String message) {
    String text = yaml.startsWith("host") || yaml.startsWith("-") ? yaml : withHost(yaml);
    assertThatThrownBy(() -> load(text))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining(message)
        .hasMessageContaining("test.yaml")
        .message()
        .doesNotContain("\n", "Exception", "java.", "org.");
  }

  @Test
  void aYamlErrorIsTheProblemAndItsPlace() {
    assertThatThrownBy(() -> load("host: kvm-07\nsinks:\n  a:\n\ttype: file\n"))
        .hasMessageContaining("line 4, column 1: ")
        .hasMessageContaining("TAB");
    assertThatThrownBy(() -> load("host: kvm-07\nhost: kvm-08\n"))
        .hasMessageContaining("line 2, column 1: found duplicate key host");
    assertThatThrownBy(() -> load("sinks:\n  a: { type: file }\n b: { type: file }\n"))
        .hasMessageContaining("is not YAML (line 3, column 2: ");
  }

  @Test
  void aFileThatCannotBeReadSaysWhy() throws Exception {
    Path file = Files.write(folder.resolve("latin1.yaml"), new byte[] {'a', ':', (byte) 0xe4});
    assertThatThrownBy(() -> Config.load(file, places(), ENVIRONMENT))
        .hasMessageContaining("cannot be read from " + file + " (it is not UTF-8): check the file");
    assertThatThrownBy(() -> Config.load(folder, places(), ENVIRONMENT))
        .hasMessageContaining("Is a directory");
  }

  /** Whoever connects anew asks the same settings again. */
  @Test
  void aSecretsFileIsReadWheneverItIsAskedFor() throws Exception {
    Path secret = Files.writeString(folder.resolve("secret"), "/hunter2\n");
    Config config =
        load(withHost("sinks: { a: { type: file, path: \"/tmp${file:" + secret + "}\" } }"));
    Settings settings = config.sinks().get(0).plan().settings();
    assertThat(TestSettings.text(settings, "path")).isEqualTo("/tmp/hunter2");
    Files.writeString(secret, "/hunter3\n");
    assertThat(TestSettings.text(settings, "path")).isEqualTo("/tmp/hunter3");
    assertThat(config.toString()).doesNotContain("hunter2", "hunter3");
    Files.delete(secret);
    assertThatThrownBy(() -> TestSettings.text(settings, "path"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("${file:" + secret + "}")
        .hasMessageContaining("cannot be read: make it")
        .hasMessageNotContaining("\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "events.jsonl",
        "logs/../events.jsonl",
        "symbolic",
        "dangling",
        "hard",
        "folder/events.jsonl",
        "events.jsonl.1",
        "events.jsonl.5"
      })
  void twoSinksThatWouldWriteOneFileAreRefused(String other) throws Exception {
    Files.createDirectory(folder.resolve("logs"));
    if (other.equals("dangling")) {
      Files.createSymbolicLink(folder.resolve(other), Path.of("events.jsonl"));
    } else {
      Path file = Files.createFile(folder.resolve("events.jsonl"));
      Files.createSymbolicLink(folder.resolve("symbolic"), file);
      Files.createSymbolicLink(folder.resolve("folder"), folder);
      Files.createLink(folder.resolve("hard"), file);
    }
    assertThatThrownBy(() -> load(twoFiles("events.jsonl", other)))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("sinks.b and sinks.a would both write ")
        .hasMessageContaining("give each its own");
  }

  @Test
  void twoSinksMayWriteTwoFiles() throws Exception {
    assertThat(load(twoFiles("events.jsonl", "events.jsonl.6")).sinks()).hasSize(2);
  }

  private String twoFiles(String first, String second) {
    return withHost(
        "sinks: { a: { type: file, path: "
            + folder.resolve(first)
            + " }, b: { type: file, path: "
            + folder.resolve(second)
            + " } }");
  }

  @Test
  void aMissingFileIsSaid() {
    assertThatThrownBy(() -> Config.load(folder.resolve("no.yaml"), places(), ENVIRONMENT))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("there is no");
  }

  @Test
  void theShippedFileNamesEveryKeyAndIsValid() throws Exception {
    Path shipped =
        Path.of(System.getProperty("hookbridge.root", ".."), "deploy/etc/hookbridge.yaml");
    String text = Files.readString(shipped);
    Config.KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    HttpConfig.KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    HttpConfig.TLS_KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    HttpConfig.BASIC_KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    Config.SPOOL_KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    SinkConfig.KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    RuleConfig.KEYS.forEach(key -> assertThat(text).contains(key.name() + ":"));
    assertThat(load(withHost(text)).sinks()).hasSize(1);
  }
}
