package dev.hookbridge.it.libvirt;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SpecVersion;
import dev.hookbridge.harness.host.Consumer;
import dev.hookbridge.harness.libvirt.Hypervisor;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** What one broker's independent client has read, put in order by whom it is about. */
public final class Feed {
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final String SCHEMAS = "https://hookbridge.dev/schema/";

  private final String broker;
  private final Consumer consumer;

  public Feed(String broker, Consumer consumer) {
    this.broker = broker;
    this.consumer = consumer;
  }

  /** By driver and object the operations, first occurrences in the order of the broker. */
  public Map<String, List<String>> calls(String host) throws IOException {
    Map<String, List<String>> calls = new LinkedHashMap<>();
    for (Consumer.Message message : Consumer.hooks(consumer.all())) {
      if (message.attributes().get("source").equals("//" + host + ".example.org/libvirt")) {
        JsonNode hook = message.json().at("/hook");
        calls
            .computeIfAbsent(
                text(hook, "driver") + " " + text(hook, "object"), k -> new ArrayList<>())
            .add(text(hook, "operation") + " " + text(hook, "suboperation"));
      }
    }
    return calls;
  }

  /**
   * What libvirt reported about a guest or network, first occurrences in the order of the broker,
   * and beside it the calls of its hooks: {@code hook stopped}.
   */
  public List<String> life(String host, String name) throws IOException {
    List<String> life = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (Consumer.Message message : consumer.all()) {
      String type = message.type();
      boolean about = name.equals(message.attributes().get("subject"));
      boolean here =
          message.attributes().get("source").equals("//" + host + ".example.org/libvirt");
      if (about && here && ids.add(message.attributes().get("id"))) {
        if (message.isHook()) {
          life.add("hook " + text(message.json().at("/hook"), "operation"));
        } else if (type.matches("dev.hookbridge.(domain|network).*")) {
          String word = type.replaceAll(".*(domain|network).|.v1", "");
          JsonNode event = message.json().path("event");
          life.add((word + " " + event.path("reason").asText()).strip());
        }
      }
    }
    return life;
  }

  /** The events of a type, in the order of the broker. */
  public List<Consumer.Message> of(String type) throws IOException {
    List<Consumer.Message> found = new ArrayList<>();
    for (Consumer.Message message : consumer.all()) {
      if (message.type().equals("dev.hookbridge." + type + ".v1")) {
        found.add(message);
      }
    }
    return found;
  }

  private static String text(JsonNode hook, String member) {
    return hook.path(member).asText();
  }

  /**
   * Waits until everything that the witness has seen is here, in the same order for each object.
   */
  public void awaitAll(Hypervisor hypervisor, Witness witness) {
    try {
      Awaitility.await(broker)
          .atMost(PATIENCE)
          .pollInterval(Duration.ofMillis(500))
          .until(() -> calls(hypervisor.name).equals(witness.calls()));
    } catch (ConditionTimeoutException e) {
      try {
        assertThat(calls(hypervisor.name)).as(broker + hypervisor.log()).isEqualTo(witness.calls());
      } catch (IOException failure) {
        throw new AssertionError(failure);
      }
    }
  }

  /** Every event, hook or not, keeps its schema. */
  public void assertValid() throws IOException {
    Map<String, JsonSchema> schemas = new HashMap<>();
    for (Consumer.Message message : consumer.all()) {
      String name = message.attributes().get("dataschema");
      JsonSchema schema = schemas.computeIfAbsent(name, Feed::schema);
      assertThat(schema.validate(message.json())).as(message.type()).isEmpty();
    }
    assertThat(schemas).as(broker).containsKey(SCHEMAS + "hook.v1.json");
  }

  private static JsonSchema schema(String name) {
    String folder = Repository.file("docs/schema").toUri().toString();
    return JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.schemaMappers(mappers -> mappers.mapPrefix(SCHEMAS, folder)))
        .getSchema(SchemaLocation.of(name));
  }
}
