package dev.hookbridge.kafka.client;

import dev.hookbridge.api.ErrorText;
import dev.hookbridge.api.Outcome;
import dev.hookbridge.api.Reason;
import dev.hookbridge.api.SinkException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.kafka.common.InvalidRecordException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.BrokerNotAvailableException;
import org.apache.kafka.common.errors.InvalidTimestampException;
import org.apache.kafka.common.errors.RecordBatchTooLargeException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.jspecify.annotations.Nullable;

/**
 * Maps every exception of the Kafka client to the outcome of the event. A name in the table stands
 * for its subclasses too, unless a subclass has its own line. One test checks that a line decides
 * every exception on the class path. Another test checks that {@code docs/delivery-kafka.md} says
 * the same.
 *
 * <p>{@link Outcome.Held} is used only when the broker is known not to have the event. When that is
 * not known, the sink breaks and the event is sent again.
 */
public final class KafkaErrors {
  /** The kind of outcome that an exception leads to. */
  public enum Kind {
    HELD,
    REFUSED,
    BROKEN
  }

  /** The decision for an exception: the kind of outcome and its reason. */
  public record Verdict(Kind kind, Reason reason) {}

  private static final String BATCH_TOO_LARGE =
      " Set batch.size below the topic's segment.bytes; until then events are sent one at a time.";

  /** Start of the client's message for the good records of a batch that has bad records. */
  private static final String COMPANION = "Failed to append record because it was part of a batch";

  private static final Map<String, Verdict> TABLE = new LinkedHashMap<>();

  static {
    put(Kind.REFUSED, Reason.TOO_LARGE, "RecordTooLargeException", "RecordBatchTooLargeException");

    put(
        Kind.HELD,
        Reason.AUTHENTICATION,
        "AuthenticationException DelegationTokenExpiredException DelegationTokenNotFoundException",
        "DelegationTokenDisabledException DelegationTokenOwnerMismatchException",
        "UnacceptableCredentialException UnsupportedByAuthenticationException",
        "JwtRetrieverException JwtValidatorException UnretryableException",
        "OAuthBearerIllegalTokenException");
    put(Kind.HELD, Reason.AUTHORIZATION, "AuthorizationException");
    put(Kind.HELD, Reason.MISSING, "UnknownTopicOrPartitionException", "UnknownTopicIdException");
    // A wrong clock, or the topic's time limits. The client reports "invalid record" instead when
    // the broker refuses more than one record of a batch. It also reports that for the broker's own
    // rules (a schema).
    put(Kind.HELD, Reason.CONFIGURATION, "InvalidTimestampException InvalidRecordException");
    put(
        Kind.HELD,
        Reason.CONFIGURATION,
        "InvalidConfigurationException InvalidTopicException UnsupportedVersionException",
        "UnsupportedCompressionTypeException PolicyViolationException SecurityDisabledException",
        "ConfigException OAuthBearerConfigException");
    put(Kind.HELD, Reason.REJECTED, "NotEnoughReplicasException ThrottlingQuotaExceededException");

    // The client retries these by itself without end. If one is reported anyway, it does not say
    // whether the broker has the event.
    put(Kind.BROKEN, Reason.UNREACHABLE, "RetriableException");
    put(
        Kind.BROKEN,
        Reason.UNREACHABLE,
        "BrokerNotAvailableException RebootstrapRequiredException");
    put(Kind.BROKEN, Reason.TIMEOUT, "TimeoutException");
    put(
        Kind.BROKEN,
        Reason.CLOSED,
        "InterruptException InterruptedException WakeupException IllegalStateException");
    // The idempotent producer lost its sequence state: a new producer starts again.
    put(
        Kind.BROKEN,
        Reason.INTERNAL,
        "OutOfOrderSequenceException UnknownProducerIdException DuplicateSequenceException",
        "InvalidProducerEpochException InvalidPidMappingException ProducerFencedException");
    put(
        Kind.BROKEN,
        Reason.INTERNAL,
        "UnknownServerException InvalidRequestException InvalidReceiveException SchemaException",
        "CorrelationIdMismatchException SerializationException");
    // Errors of other clients: groups, transactions, controllers, server quotas.
    put(
        Kind.BROKEN,
        Reason.INTERNAL,
        "ApplicationRecoverableException FencedInstanceIdException IllegalGenerationException",
        "UnknownMemberIdException FencedMemberEpochException StaleMemberEpochException",
        "UnreleasedInstanceIdException MemberIdRequiredException RebalanceInProgressException",
        "InconsistentGroupProtocolException UnsupportedAssignorException CommitFailedException",
        "GroupIdNotFoundException GroupMaxSizeReachedException GroupNotEmptyException",
        "GroupSubscribedToTopicException InvalidGroupIdException InvalidSessionTimeoutException",
        "InvalidCommitOffsetSizeException OffsetMetadataTooLarge InvalidRegularExpression",
        "FencedStateEpochException InvalidRecordStateException UnknownSubscriptionIdException",
        "StreamsInvalidTopologyEpochException StreamsInvalidTopologyException",
        "StreamsTopologyFencedException",
        "InvalidTxnStateException InvalidTxnTimeoutException TransactionAbortableException",
        "TransactionAbortedException TransactionCoordinatorFencedException",
        "TransactionalIdNotFoundException");
    put(
        Kind.BROKEN,
        Reason.INTERNAL,
        "BrokerIdNotRegisteredException ControllerMovedException DuplicateBrokerRegistrationException",
        "DuplicateResourceException DuplicateVoterException FeatureUpdateFailedException",
        "InconsistentClusterIdException InconsistentVoterSetException IneligibleReplicaException",
        "InvalidPartitionsException InvalidPrincipalTypeException InvalidRegistrationException",
        "InvalidReplicaAssignmentException InvalidUpdateVersionException InvalidVoterKeyException",
        "LogDirNotFoundException MismatchedEndpointTypeException NewLeaderElectedException",
        "NoReassignmentInProgressException OperationNotAttemptedException",
        "PrincipalDeserializationException ReassignmentInProgressException",
        "ResourceNotFoundException SnapshotNotFoundException StaleBrokerEpochException",
        "TelemetryTooLargeException TopicDeletionDisabledException TopicExistsException",
        "UnknownControllerIdException UnsupportedEndpointTypeException VoterNotFoundException",
        "InvalidFetchSizeException InvalidOffsetException OffsetMovedToTieredStorageException",
        "PositionOutOfRangeException QuotaViolationException");
    put(Kind.BROKEN, Reason.INTERNAL, "KafkaException");
  }

  private KafkaErrors() {}

  private static void put(Kind kind, Reason reason, String... names) {
    for (String name : String.join(" ", names).split(" ", -1)) {
      TABLE.put(name, new Verdict(kind, reason));
    }
  }

  /** Returns the verdicts by class name, in the order of the document. */
  static Map<String, Verdict> table() {
    return Collections.unmodifiableMap(TABLE);
  }

  /**
   * Maps a failure of the client to the outcome of one event.
   *
   * @param alone whether the event's batch certainly had no other record
   */
  public static Outcome outcome(Throwable failure, boolean alone) {
    Throwable reporting = reporting(failure);
    Verdict verdict = verdict(reporting);
    String detail = reported(reporting);
    if (reporting instanceof RecordBatchTooLargeException && !alone) {
      return new Outcome.Broken(Reason.CONFIGURATION, detail + BATCH_TOO_LARGE, true);
    }
    return switch (verdict.kind()) {
      case HELD -> new Outcome.Held(verdict.reason(), detail);
      case REFUSED -> new Outcome.Refused(verdict.reason(), detail);
      case BROKEN -> new Outcome.Broken(verdict.reason(), detail, false);
    };
  }

  /**
   * Makes an exception for a failure before there is an event: connecting or reading.
   *
   * @param what the action that failed, for example {@code cannot use topic t}
   */
  public static SinkException exception(String what, Throwable failure) {
    return new SinkException(
        verdict(reporting(failure)).reason(), sentence(what, failure), failure);
  }

  /** Returns one text: what failed, why, and what to do. */
  public static String sentence(String what, Throwable failure) {
    Throwable reporting = reporting(failure);
    return what + ": " + reported(reporting);
  }

  /** Returns the client's message and the advice. The message may lack its full stop. */
  private static String reported(Throwable failure) {
    String message = message(failure);
    String advice = advice(failure);
    return advice.isEmpty() || message.endsWith(".") ? message + advice : message + "." + advice;
  }

  private static String advice(Throwable failure) {
    if (failure instanceof InvalidTimestampException || failure instanceof InvalidRecordException) {
      return " Look at this host's clock and the broker's, and at the topic's"
          + " message.timestamp.before.max.ms, message.timestamp.after.max.ms and schema rules.";
    }
    return switch (verdict(failure).reason()) {
      case MISSING -> " Make it with 'hookbridge check --create' or Kafka's own tools.";
      case AUTHENTICATION -> " Look at the sasl and ssl properties of the sink.";
      case AUTHORIZATION -> " Allow this user to describe and write the topic.";
      case UNREACHABLE, TIMEOUT -> " Look at bootstrap.servers and at the brokers.";
      default -> "";
    };
  }

  /** Returns the table's verdict for an exception, and {@code BROKEN} for an unknown one. */
  public static Verdict verdict(Throwable failure) {
    String line = line(failure.getClass());
    return line == null
        ? new Verdict(Kind.BROKEN, Reason.INTERNAL)
        : TABLE.getOrDefault(line, new Verdict(Kind.BROKEN, Reason.INTERNAL));
  }

  /** Returns the name of the table line that decides about a class, or null when there is none. */
  static @Nullable String line(@Nullable Class<?> type) {
    for (Class<?> at = type; at != null; at = at.getSuperclass()) {
      if (TABLE.containsKey(at.getSimpleName())) {
        return at.getSimpleName();
      }
    }
    return null;
  }

  /**
   * Returns the most specific cause. For example, the client wraps "no such topic" into a timeout.
   */
  private static Throwable reporting(Throwable failure) {
    Throwable best = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      String line = line(at.getClass());
      if (line != null && !line.equals("KafkaException")) {
        best = at;
        if (!line.equals("TimeoutException")) {
          break;
        }
      }
    }
    return translated(best);
  }

  /** Replaces two failures whose class contradicts their message. */
  private static Throwable translated(Throwable failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.startsWith("No resolvable bootstrap")) {
      // The client reports a configuration error, but the cause is an unreachable name server.
      return new BrokerNotAvailableException("no name in bootstrap.servers can be resolved");
    }
    return message.startsWith(COMPANION)
        ? new InvalidRecordException("The broker refused other records of the batch.", failure)
        : failure;
  }

  private static String message(Throwable failure) {
    for (Throwable at = failure; at != null; at = at.getCause()) {
      if (String.valueOf(at.getMessage()).contains("'KafkaClient' entry in the JAAS")) {
        return "no login is configured: set sasl.jaas.config in the sink's properties";
      }
    }
    String message = String.valueOf(failure.getMessage());
    if (message.startsWith("Timed out waiting for a node") || message.startsWith("Call(")) {
      return "no broker answered in time";
    }
    Throwable reporting = failure;
    for (Throwable at = failure; at != null; at = at.getCause()) {
      reporting = wraps(at) ? at : reporting;
    }
    String plain = ErrorText.of(String.valueOf(reporting.getMessage()));
    Throwable below = wraps(reporting) ? reporting.getCause() : null;
    if (below == null) {
      return reporting.getMessage() == null || plain.isEmpty() ? ErrorText.of(reporting) : plain;
    }
    String cause = ErrorText.of(below);
    return plain.startsWith("Failed to c") || plain.contains(cause) ? cause : plain + ": " + cause;
  }

  /** Returns whether the cause says more than the failure's own message. */
  private static boolean wraps(Throwable failure) {
    return failure.getClass() == KafkaException.class
        || failure instanceof SslAuthenticationException;
  }
}
