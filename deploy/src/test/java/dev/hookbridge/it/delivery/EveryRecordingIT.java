package dev.hookbridge.it.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.host.Hooks;
import dev.hookbridge.harness.host.Host;
import dev.hookbridge.harness.host.Site;
import dev.hookbridge.testing.Needs;
import dev.hookbridge.testing.Recordings;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every recorded call, through the real shim into a real broker, read by an independent client. */
class EveryRecordingIT {
  private static final Path SCHEMAS = Repository.file("docs/schema");

  @TempDir Path folder;

  static Stream<Named<Supplier<Site>>> sites() {
    return Stream.of(Named.of("Kafka", Site::kafka), Named.of("RabbitMQ", Site::rabbitmq));
  }

  @ParameterizedTest
  @MethodSource("sites")
  void noneIsMissingAllAreInOrderAndValid(Supplier<Site> making) throws Exception {
    Needs.that(
        Files.isExecutable(Host.DISTRIBUTION.resolve("libexec/hookbridge-hook")),
        "the shim was not built: install a C compiler");
    List<Recordings.Recorded> calls = Recordings.all();
    try (Site site = making.get();
        Host host = new Host(folder, "kvm-07", site.sink())) {
      host.create();
      host.startAgent();
      host.awaitReady();
      Hooks hooks = new Hooks(host);
      for (Recordings.Recorded call : calls) {
        hooks.fire(call);
      }
      List<Consumer.Message> events = new ArrayList<>();
      try (Consumer consumer = site.consumer()) {
        Awaitility.await("all events")
            .atMost(Duration.ofSeconds(60))
            .pollInterval(Duration.ofMillis(500))
            .until(
                () -> {
                  events.clear();
                  events.addAll(Consumer.hooks(consumer.all()));
                  return events.size() >= calls.size();
                });
      }
      inOrderPerKey(events);
      events.sort(Comparator.comparing(EveryRecordingIT::sequence));
      assertThat(events.stream().map(EveryRecordingIT::words))
          .containsExactlyElementsOf(calls.stream().map(EveryRecordingIT::words).toList());
      for (Consumer.Message event : events) {
        valid(event);
      }
      assertThat(host.stopAgent()).as(host.log()).isZero();
    }
  }

  /** As the broker shows them, the numbers of one key only rise. */
  private static void inOrderPerKey(List<Consumer.Message> events) {
    Map<String, String> last = new HashMap<>();
    for (Consumer.Message event : events) {
      String key = event.attributes().get("partitionkey");
      String before = last.put(key, sequence(event));
      assertThat(before == null ? "" : before).as("of key %s", key).isLessThan(sequence(event));
    }
    assertThat(last).hasSizeGreaterThan(5);
  }

  private static String sequence(Consumer.Message event) {
    return event.attributes().get("sequence");
  }

  private static List<String> words(Consumer.Message event) {
    try {
      JsonNode hook = event.json().get("hook");
      return Stream.of("driver", "object", "operation", "suboperation", "extra")
          .map(name -> hook.path(name).asText())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static List<String> words(Recordings.Recorded call) {
    List<String> words = new ArrayList<>(List.of(call.driver()));
    words.addAll(call.args());
    return words;
  }

  private static void valid(Consumer.Message event) throws Exception {
    JsonSchema schema =
        JsonSchemaFactory.getInstance(
                SpecVersion.VersionFlag.V202012,
                builder ->
                    builder.schemaMappers(
                        mappers ->
                            mappers.mapPrefix(
                                "https://hookbridge.dev/schema/", SCHEMAS.toUri().toString())))
            .getSchema(SchemaLocation.of("https://hookbridge.dev/schema/hook.v1.json"));
    assertThat(event.attributes().get("dataschema"))
        .isEqualTo("https://hookbridge.dev/schema/hook.v1.json");
    assertThat(schema.validate(event.json())).as(event.type()).isEmpty();
  }
}
