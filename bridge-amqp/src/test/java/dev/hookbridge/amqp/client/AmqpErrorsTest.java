package dev.hookbridge.amqp.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.ShutdownSignalException;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.testing.Repository;
import java.io.EOFException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.net.ConnectException;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class AmqpErrorsTest {

  @Test
  void everyCloseCodeOfTheProtocolIsDecided() throws Exception {
    assertThat(AmqpErrors.CODES.keySet())
        .containsExactlyInAnyOrderElementsOf(protocolCodes().keySet())
        .contains(200, 311, 312, 313, 320, 402, 403, 404, 405, 406)
        .contains(501, 502, 503, 504, 505, 506, 530, 540, 541);
  }

  /** The client's constants for reply codes; the others in that interface are about frames. */
  private static Map<Integer, String> protocolCodes() throws Exception {
    Map<Integer, String> codes = new TreeMap<>();
    for (Field constant : AMQP.class.getFields()) {
      if (constant.getType() == int.class) {
        int value = constant.getInt(null);
        if (value == AMQP.REPLY_SUCCESS || (value >= 300 && value < 600)) {
          codes.put(value, constant.getName());
        }
      }
    }
    return codes;
  }

  /** Fails when a new client brings an exception, so that somebody decides. */
  @Test
  void everyExceptionOfTheClientIsDecided() throws Exception {
    Path jar =
        Path.of(
            ConnectionFactory.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    List<String> undecided = new ArrayList<>();
    int seen = 0;
    try (JarFile classes = new JarFile(jar.toFile())) {
      for (String entry : (Iterable<String>) classes.stream().map(Object::toString)::iterator) {
        // The tools are a JSON-RPC service of their own that nothing here uses.
        if (entry.startsWith("com/rabbitmq/client/")
            && entry.matches(".*(Exception|Error).class")) {
          String name = entry.replace('/', '.').substring(0, entry.length() - ".class".length());
          if (Throwable.class.isAssignableFrom(Class.forName(name))) {
            seen++;
            if (!AmqpErrors.EXCEPTIONS.containsKey(name)) {
              undecided.add(name);
            }
          }
        }
      }
    }
    assertThat(undecided).isEmpty();
    assertThat(seen).isGreaterThan(10);
  }

  @Test
  void theDocumentShowsTheTable() throws Exception {
    Map<Integer, String> names = protocolCodes();
    List<String> rows = new ArrayList<>();
    names.forEach((code, name) -> rows.add(row(code, name, AmqpErrors.CODES.get(code))));
    AmqpErrors.EXCEPTIONS.forEach(
        (name, verdict) -> rows.add(row(name.replaceAll(".*\\.", ""), verdict)));
    assertThat(documented()).containsExactlyInAnyOrderElementsOf(rows);
  }

  private static String row(int code, String name, Verdict verdict) {
    String several =
        verdict.level() == Verdict.Level.RETURN
            ? "refused"
            : verdict.suspect() ? "broken, suspect" : "broken";
    return String.join(
        " | ",
        "| " + code,
        name,
        verdict.level().name().toLowerCase(Locale.ROOT),
        verdict.alone().name().toLowerCase(Locale.ROOT),
        several,
        verdict.reason().word() + " |");
  }

  private static String row(String exception, Verdict verdict) {
    return "| " + exception + " | " + verdict.reason().word() + " |";
  }

  private static List<String> documented() throws IOException {
    try (Stream<String> lines = Files.lines(Repository.file("docs/delivery-amqp.md"))) {
      return lines
          .filter(line -> line.matches("\\| \\d{3} \\|.*|\\| [A-Z]\\w+(Exception|Error) \\|.*"))
          .toList();
    }
  }

  /** RabbitMQ's own words, from its 3.10 and 4.2. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "406 | PRECONDITION_FAILED - message size 1500000 is larger than configured max size 1000000 | TOO_LARGE",
        "406 | PRECONDITION_FAILED - invalid expiration '-1' | INVALID",
        "530 | NOT_ALLOWED - vhost no-such-vhost not found | MISSING",
        "530 | NOT_ALLOWED - access to vhost '/' refused for user 'publisher' | AUTHORIZATION",
        "530 | NOT_ALLOWED - access to vhost '/' refused for user 'p': connection limit (1) is reached | REJECTED",
        "599 | NEW_CODE | INTERNAL",
      })
  void someCodesAreToldApartByTheirText(int code, String text, Reason reason) {
    assertThat(Failure.ofCode(code, text).reason()).isEqualTo(reason);
  }

  @Test
  void aloneAnEventIsJudgedAndAmongOthersTheSinkBreaks() {
    Failure large = Failure.ofCode(406, "message size 2 is larger than configured max size 1");
    assertThat(large.outcome(true))
        .isEqualTo(new Outcome.Refused(Reason.TOO_LARGE, large.detail()));
    assertThat(large.outcome(false))
        .isEqualTo(new Outcome.Broken(Reason.TOO_LARGE, large.detail(), true));
    Failure gone = Failure.ofCode(404, "NOT_FOUND - no exchange 'x' in vhost '/'");
    assertThat(gone.outcome(true)).isEqualTo(new Outcome.Held(Reason.MISSING, gone.detail()));
    assertThat(gone.outcome(false))
        .isEqualTo(new Outcome.Broken(Reason.MISSING, gone.detail(), false));
    Failure forced = Failure.ofCode(320, "CONNECTION_FORCED - broker forced connection closure");
    assertThat(forced.outcome(true))
        .isEqualTo(new Outcome.Broken(Reason.CLOSED, forced.detail(), false));
  }

  @Test
  void aCodeAmongTheCausesDecides() {
    Method close = new AMQP.Channel.Close.Builder().replyCode(404).replyText("NOT_FOUND").build();
    Throwable thrown = new IOException(new ShutdownSignalException(false, false, close, this));
    assertThat(AmqpErrors.of(thrown).reason()).isEqualTo(Reason.MISSING);
    assertThat(AmqpErrors.of(thrown).detail()).isEqualTo("404 NOT_FOUND");
  }

  @Test
  void rootCauseIsReportedWhenTheConnectionIsClosed() {
    assertThat(below(new SSLHandshakeException("no"))).isEqualTo(Reason.CONFIGURATION);
    assertThat(below(new ConnectException("refused"))).isEqualTo(Reason.UNREACHABLE);
    assertThat(below(new EOFException())).isEqualTo(Reason.CLOSED);
    assertThat(below(new SocketException("reset"))).isEqualTo(Reason.CLOSED);
    assertThat(AmqpErrors.of(new IllegalStateException("a bug")).verdict())
        .isEqualTo(AmqpErrors.UNKNOWN);
  }

  private static Reason below(Exception cause) {
    ShutdownSignalException signal = new ShutdownSignalException(true, false, null, "connection");
    signal.initCause(cause);
    return AmqpErrors.of(new IOException(signal)).reason();
  }

  @Test
  void aDetailIsALine() {
    assertThat(Failure.ofCode(406, "x".repeat(5_000)).detail()).hasSizeLessThan(310);
  }
}
