package dev.hookbridge.kafka.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.kafka.client.KafkaErrors.Kind;
import dev.hookbridge.kafka.client.KafkaErrors.Verdict;
import dev.hookbridge.testing.Repository;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import javax.net.ssl.SSLHandshakeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.errors.ApiException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.Test;

class KafkaErrorsTest {
  private static final Set<String> NOT_KAFKAS =
      Set.of("IllegalStateException", "InterruptedException");

  /** Every exception class of the client library on the class path. */
  private static List<Class<?>> exceptions() throws Exception {
    Path jar =
        Path.of(ApiException.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (JarFile file = new JarFile(jar.toFile())) {
      return file.stream()
          .map(entry -> entry.getName())
          .filter(name -> name.matches("org/apache/kafka/(?!shaded).*\\.class"))
          .map(name -> name.replace(".class", "").replace('/', '.'))
          .<Class<?>>map(KafkaErrorsTest::load)
          .filter(KafkaException.class::isAssignableFrom)
          .toList();
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, KafkaErrorsTest.class.getClassLoader());
    } catch (ClassNotFoundException | LinkageError e) {
      return Object.class; // needs an optional library
    }
  }

  @Test
  void everyExceptionOfTheClientIsDecidedByALineOfItsOwnFamily() throws Exception {
    List<Class<?>> all = exceptions();
    assertThat(all).hasSizeGreaterThan(140);
    assertThat(all)
        .filteredOn(type -> type != KafkaException.class && type != ApiException.class)
        .allSatisfy(type -> assertThat(KafkaErrors.line(type)).isNotIn(null, "KafkaException"));
  }

  @Test
  void noLineIsAboutNothing() throws Exception {
    Set<String> known = exceptions().stream().map(Class::getSimpleName).collect(Collectors.toSet());
    known.addAll(NOT_KAFKAS);
    known.add("CorrelationIdMismatchException"); // an IllegalStateException
    assertThat(known).containsAll(KafkaErrors.table().keySet());
  }

  @Test
  void operatorFaultsAreHeldAndNotRefused() {
    assertThat(KafkaErrors.table().values())
        .filteredOn(
            verdict ->
                Set.of(
                        Reason.AUTHENTICATION,
                        Reason.AUTHORIZATION,
                        Reason.MISSING,
                        Reason.CONFIGURATION)
                    .contains(verdict.reason()))
        .extracting(Verdict::kind)
        .containsOnly(Kind.HELD);
  }

  /** Whatever else a broker says no to, another setting or another time could make it say yes. */
  @Test
  void onlyWhatIsTooLargeIsEverRefused() {
    assertThat(KafkaErrors.table().values())
        .filteredOn(verdict -> verdict.kind() == Kind.REFUSED)
        .extracting(Verdict::reason)
        .containsOnly(Reason.TOO_LARGE);
  }

  @Test
  void anEventIsNotRefusedForTheSizeOfItsBatch() {
    Throwable batch = new RecordBatchTooLargeException("larger than a segment");
    assertThat(KafkaErrors.outcome(batch, true)).isInstanceOf(Outcome.Refused.class);
    assertThat(KafkaErrors.outcome(batch, false))
        .isInstanceOfSatisfying(
            Outcome.Broken.class, broken -> assertThat(broken.suspect()).isTrue());
  }

  @Test
  void subclassesFollowTheirFamily() {
    assertThat(KafkaErrors.verdict(new SaslAuthenticationException("no")))
        .isEqualTo(new Verdict(Kind.HELD, Reason.AUTHENTICATION));
    assertThat(KafkaErrors.verdict(new TopicAuthorizationException("t")))
        .isEqualTo(new Verdict(Kind.HELD, Reason.AUTHORIZATION));
    assertThat(KafkaErrors.verdict(new OutOfMemoryError()))
        .isEqualTo(new Verdict(Kind.BROKEN, Reason.INTERNAL));
  }

  @Test
  void aTimeoutIsToldByItsCause() {
    Throwable missing = new TimeoutException("t", new UnknownTopicOrPartitionException("t"));
    assertThat(KafkaErrors.outcome(missing, true))
        .isInstanceOfSatisfying(
            Outcome.Held.class, held -> assertThat(held.reason()).isEqualTo(Reason.MISSING));
    assertThat(KafkaErrors.exception("x", new ExecutionException(missing)).reason())
        .isEqualTo(Reason.MISSING);
  }

  @Test
  void aNameServerThatIsAwayIsNoMistakeInTheConfiguration() {
    Throwable failure =
        new KafkaException(
            "Failed to construct", new ConfigException("No resolvable bootstrap urls given in x"));
    assertThat(KafkaErrors.exception("x", failure).reason()).isEqualTo(Reason.UNREACHABLE);
  }

  /** The client's inner life, and Java's, are no words for an operator. */
  @Test
  void wrappedExceptionIsMappedByItsCause() {
    Throwable store =
        new KafkaException(
            "Failed to create new KafkaAdminClient",
            new KafkaException(
                new KafkaException(
                    "Failed to load SSL keystore /k.p12 of type PKCS12",
                    new IOException("keystore password was incorrect"))));
    assertThat(KafkaErrors.sentence("cannot be used", store))
        .isEqualTo(
            "cannot be used: Failed to load SSL keystore /k.p12 of type PKCS12: the password of the"
                + " key store is wrong");
    Throwable tls =
        new SslAuthenticationException(
            "SSL handshake failed",
            new SSLHandshakeException(
                "PKIX path building failed: sun.security.provider.certpath."
                    + "SunCertPathBuilderException: unable to find valid certification path to x"));
    assertThat(KafkaErrors.sentence("x", new ExecutionException(tls)))
        .contains("SSL handshake failed: its certificate is not signed by one that is trusted here")
        .doesNotContain("Exception", "sun.");
    assertThat(
            KafkaErrors.sentence(
                "x",
                new TimeoutException("Timed out waiting for a node assignment. Call: listNodes")))
        .contains("no broker answered in time")
        .doesNotContain("Call");
  }

  @Test
  void theDocumentSaysTheSame() throws IOException {
    List<String> rows =
        Files.readAllLines(Repository.file("docs/delivery-kafka.md")).stream()
            .filter(line -> line.matches("\\| `\\w+` \\| (held|refused|broken) \\|.*"))
            .toList();
    List<String> lines =
        KafkaErrors.table().entrySet().stream()
            .map(line -> row(line.getKey(), line.getValue()))
            .toList();
    assertThat(rows).containsExactlyElementsOf(lines);
  }

  private static String row(String name, Verdict verdict) {
    String kind = verdict.kind().name().toLowerCase(java.util.Locale.ROOT);
    return "| `" + name + "` | " + kind + " | `" + verdict.reason().word() + "` |";
  }
}
