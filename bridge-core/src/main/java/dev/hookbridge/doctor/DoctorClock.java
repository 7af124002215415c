package dev.hookbridge.doctor;

import dev.hookbridge.api.Check;
import dev.hookbridge.command.Failures;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import org.jspecify.annotations.Nullable;

/**
 * Checks this host's clock, as far as possible from here. It uses the {@code Date} header of a web
 * server, which has a resolution of one second, or systemd's report on clock synchronisation.
 * Brokers do not report their time.
 */
final class DoctorClock {
  private static final Duration PATIENCE = Duration.ofSeconds(5);
  private static final Duration RIGHT = Duration.ofSeconds(3);

  /**
   * A larger difference is a failure. By default, Kafka refuses records whose time is an hour
   * ahead.
   */
  private static final Duration HARMFUL = Duration.ofMinutes(5);

  private static final Check UNKNOWN =
      Check.warning("clock", "cannot be verified here: compare it with --clock URL");

  private static final String REMEDY = "let chrony or systemd-timesyncd set it";

  private DoctorClock() {}

  /**
   * Checks the clock.
   *
   * @param server a web server to compare with, or null to ask systemd
   */
  static Check look(@Nullable URI server) throws IOException, InterruptedException {
    if (server != null) {
      return compared(server);
    }
    if (!Files.isExecutable(Path.of("/usr/bin/timedatectl"))) {
      return UNKNOWN;
    }
    return synchronised();
  }

  private static Check synchronised() throws IOException {
    Process asked =
        new ProcessBuilder("timedatectl", "show", "--property=NTPSynchronized", "--value")
            .redirectErrorStream(true)
            .start();
    String said = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return switch (said.strip()) {
      case "yes" -> Check.ok("clock", "synchronised, according to systemd");
      case "no" -> Check.warning("clock", "is not synchronised, according to systemd: " + REMEDY);
      default -> UNKNOWN;
    };
  }

  private static Check compared(URI server) throws IOException, InterruptedException {
    HttpRequest request =
        HttpRequest.newBuilder(server)
            .method("HEAD", HttpRequest.BodyPublishers.noBody())
            .timeout(PATIENCE)
            .build();
    Instant before = Instant.now();
    HttpResponse<Void> answer;
    try {
      answer =
          HttpClient.newBuilder()
              .connectTimeout(PATIENCE)
              .build()
              .send(request, HttpResponse.BodyHandlers.discarding());
    } catch (IOException e) {
      return Check.warning(
          "clock",
          server + " does not answer (" + Failures.sentence(e) + "): name another with --clock");
    }
    Instant middle = before.plus(Duration.between(before, Instant.now()).dividedBy(2));
    return difference(server, answer.headers().firstValue("date").orElse(""), middle);
  }

  /** Compares the {@code Date} header with this host's clock. */
  static Check difference(URI server, String date, Instant here) {
    Duration off;
    try {
      ZonedDateTime there = ZonedDateTime.parse(date, DateTimeFormatter.RFC_1123_DATE_TIME);
      // The header is truncated to whole seconds, so it is half a second late on average.
      off = Duration.between(there.toInstant().plusMillis(500), here);
    } catch (DateTimeParseException e) {
      return Check.warning(
          "clock", server + " sends no Date header: name another server with --clock");
    }
    String said = "differs by " + off.abs().toSeconds() + " s from that of " + server.getHost();
    if (off.abs().compareTo(RIGHT) <= 0) {
      return Check.ok("clock", said);
    }
    String sentence = said + (off.isNegative() ? ", it is behind" : ", it is ahead");
    return off.abs().compareTo(HARMFUL) <= 0
        ? Check.warning("clock", sentence + ": " + REMEDY)
        : Check.failure("clock", sentence + ": " + REMEDY);
  }
}
