package dev.hookbridge.kafka.client;

import dev.hookbridge.api.ContentMode;
import dev.hookbridge.api.PlainWords;
import dev.hookbridge.api.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** A Kafka sink's configuration, and the client properties made from it. */
public final class KafkaSettings {
  public static final String TOPIC = "topic";
  public static final String PROPERTIES = "properties";
  private static final String SERVERS = "bootstrap.servers";
  private static final Pattern TOPIC_NAME = Pattern.compile("[a-zA-Z0-9._-]{1,249}");
  private static final Pattern SERVER = Pattern.compile("\\s*\\S+:\\d{1,5}\\s*");

  /**
   * What the promises of a sink hang on: nothing is lost and nothing overtakes. One request at a
   * time, because a broker that knows nothing yet of a producer accepts its second batch after it
   * has refused the first; it answers one request of a connection after the other anyway.
   */
  private static final Map<String, Object> OURS =
      Map.ofEntries(
          Map.entry("acks", "all"),
          Map.entry("enable.idempotence", true),
          Map.entry("max.in.flight.requests.per.connection", 1),
          Map.entry("delivery.timeout.ms", Integer.MAX_VALUE),
          Map.entry("retries", Integer.MAX_VALUE),
          Map.entry("max.block.ms", 4_000),
          Map.entry("key.serializer", ByteArraySerializer.class.getName()),
          Map.entry("value.serializer", ByteArraySerializer.class.getName()));

  /** As good as ours: order hangs on the default partitioner, and nothing here is transactional. */
  private static final Set<String> ABSENT =
      Set.of(
          "partitioner.class",
          "partitioner.ignore.keys",
          "transactional.id",
          "transaction.two.phase.commit.enable");

  private static final Set<String> STORES =
      Set.of("ssl.keystore.location", "ssl.truststore.location");

  private final String topic;
  private final ContentMode mode;
  private final Map<String, String> properties;

  private KafkaSettings(String topic, ContentMode mode, Map<String, String> properties) {
    this.topic = topic;
    this.mode = mode;
    this.properties = properties;
  }

  /**
   * Checks the settings.
   *
   * @throws IllegalArgumentException with one sentence
   */
  public static KafkaSettings of(Settings settings) {
    String topic = topic(settings, TOPIC, settings.text(TOPIC));
    Map<String, String> properties = settings.map(PROPERTIES);
    servers(settings, properties);
    for (String name : properties.keySet()) {
      if (OURS.containsKey(name) || ABSENT.contains(name)) {
        throw settings.wrong(
            PROPERTIES + "." + name,
            "is set",
            "remove it, what is promised about order and loss depends on it");
      }
    }
    KafkaSettings parsed = new KafkaSettings(topic, ContentMode.of(settings), properties);
    parsed.understood(settings);
    return parsed;
  }

  /**
   * The same for who is about to connect: the files with keys and certificates must be there, and
   * what the client would say of a missing one names neither file nor property.
   */
  public static KafkaSettings connecting(Settings settings) {
    KafkaSettings parsed = of(settings);
    parsed.properties.forEach(
        (name, value) -> {
          if (STORES.contains(name) && !Files.isReadable(Path.of(value))) {
            throw settings.wrong(
                PROPERTIES + "." + name,
                "names a file that cannot be read",
                "check path and permissions");
          }
        });
    return parsed;
  }

  public static String topic(Settings settings, String key, String name) {
    if (!TOPIC_NAME.matcher(name).matches() || name.matches("\\.{1,2}")) {
      throw settings.wrong(
          key, "is '" + name + "'", "write up to 249 letters, digits, '.', '_' or '-'");
    }
    return name;
  }

  private static void servers(Settings settings, Map<String, String> properties) {
    String key = PROPERTIES + "." + SERVERS;
    String servers = properties.get(SERVERS);
    if (servers == null) {
      throw settings.wrong(key, "is missing", "write the brokers as host:port,host:port");
    }
    for (String server : servers.split(",", -1)) {
      if (!SERVER.matcher(server).matches()) {
        throw settings.wrong(key, "is '" + servers + "'", "write it as host:port,host:port");
      }
    }
  }

  private void understood(Settings settings) {
    try {
      new ProducerConfig(producer("check", "check"));
    } catch (ConfigException e) {
      throw settings.wrong(
          PROPERTIES,
          "are not what the Kafka client takes: "
              + PlainWords.of(withoutSecrets(String.valueOf(e.getMessage()))),
          "see the client's documentation of producer configurations");
    }
  }

  private String withoutSecrets(String message) {
    String shown = message;
    for (Map.Entry<String, String> property : properties.entrySet()) {
      if (isSecret(property.getKey()) && !property.getValue().isEmpty()) {
        shown = shown.replace(property.getValue(), "[hidden]");
      }
    }
    return shown;
  }

  /** A property the client does not know may be a plugin's secret. */
  private static boolean isSecret(String name) {
    ConfigDef.ConfigKey known = ProducerConfig.configDef().configKeys().get(name);
    return known == null || known.type == ConfigDef.Type.PASSWORD;
  }

  public String topic() {
    return topic;
  }

  /** Of the feed; requests for decisions are always binary. */
  public ContentMode mode() {
    return mode;
  }

  public String servers() {
    return String.valueOf(properties.get(SERVERS));
  }

  /** The properties the producer does not know: a plugin's, or a slip of the pen. */
  public Set<String> unknown() {
    Set<String> names = new TreeSet<>(properties.keySet());
    names.removeAll(ProducerConfig.configNames());
    return names;
  }

  public Map<String, Object> producer(String host, String sink) {
    Map<String, Object> all = new LinkedHashMap<>();
    all.put("client.id", "hookbridge-" + host + "-" + sink);
    // A broker that hangs is noticed in 10 s instead of 30.
    all.put("request.timeout.ms", 10_000);
    // Room for a backlog: with one request at a time a request must carry much.
    all.put("batch.size", 128 * 1024);
    all.put("linger.ms", 0);
    all.putAll(properties);
    all.putAll(OURS);
    return all;
  }

  /** {@code SASL_SSL} and so on, as the client understands it. */
  public String protocol() {
    return properties.getOrDefault("security.protocol", "PLAINTEXT").toUpperCase(Locale.ROOT);
  }

  /** The largest record the producer sends, by its own configuration. */
  public int maxRequestSize() {
    return new ProducerConfig(producer("size", "size")).getInt("max.request.size");
  }

  /** How the producer compresses, {@code none} unless the properties say so. */
  public String compression() {
    return new ProducerConfig(producer("compression", "compression")).getString("compression.type");
  }

  Map<String, Object> admin() {
    Map<String, Object> all = shared(AdminClientConfig.configNames());
    all.put("request.timeout.ms", 4_000);
    all.put("default.api.timeout.ms", 4_000);
    return all;
  }

  public Map<String, Object> consumer() {
    Map<String, Object> all = shared(ConsumerConfig.configNames());
    all.put("key.deserializer", ByteArrayDeserializer.class.getName());
    all.put("value.deserializer", ByteArrayDeserializer.class.getName());
    all.put("enable.auto.commit", false);
    all.put("allow.auto.create.topics", false);
    all.put("default.api.timeout.ms", 5_000);
    return all;
  }

  /** What another client needs too: servers, security, a plugin's properties. */
  private Map<String, Object> shared(Set<String> known) {
    Map<String, Object> all = new LinkedHashMap<>(properties);
    all.keySet()
        .removeIf(name -> ProducerConfig.configNames().contains(name) && !known.contains(name));
    all.remove("client.id");
    all.remove("interceptor.classes");
    return all;
  }

  @Override
  public String toString() {
    return topic + " at " + servers();
  }
}
