package org.pmuconnector.scram;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;

/** Both halves against each other, against the example of RFC 7677 section 3, and against what they must refuse. */
class ScramExchangeTest {

    private static final String CLIENT_NONCE = "rOprNGfwEbeRWgbNEkqO";
    private static final String SERVER_NONCE = "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
    private static final String CLIENT_FIRST = "n,,n=user,r=" + CLIENT_NONCE;
    private static final String SERVER_FIRST =
            "r=" + CLIENT_NONCE + SERVER_NONCE + ",s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096";
    private static final String CLIENT_FINAL =
            "c=biws,r=" + CLIENT_NONCE + SERVER_NONCE + ",p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
    private static final String SERVER_FINAL = "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

    private final Random random = new Random(7);
    private final DerivedKeyCache cache = new DerivedKeyCache();
    private Credentials user;

    @BeforeEach
    void makeUser() throws PmuException {
        user = Credentials.of("user", "pencil");
    }

    /** The verifier of the RFC's example: its keys are only known by their effects, so they are derived. */
    private ScramVerifier example() throws PmuException {
        // Draws the example's salt.
        return ScramVerifier.of(user, 4096, new Random() {
            private static final long serialVersionUID = 1L;

            @Override
            public void nextBytes(byte[] bytes) {
                byte[] salt = java.util.Base64.getDecoder().decode("W22ZaJ0SNY7soEsUEjb6gQ==");
                System.arraycopy(salt, 0, bytes, 0, bytes.length);
            }
        });
    }

    @Test
    void client_exampleOfRfc7677_sendsItsMessages() throws PmuException {
        ScramClient client = new ScramClient(user, cache, CLIENT_NONCE);

        assertThat(client.first()).isEqualTo(CLIENT_FIRST);
        assertThat(client.answer(SERVER_FIRST)).isEqualTo(CLIENT_FINAL);
        client.finish(SERVER_FINAL);
    }

    @Test
    void server_exampleOfRfc7677_sendsItsMessages() throws PmuException {
        ScramServer server = new ScramServer(SERVER_NONCE);

        assertThat(server.begin(CLIENT_FIRST)).isEqualTo("user");
        assertThat(server.challenge(example())).isEqualTo(SERVER_FIRST);
        assertThat(server.verify(CLIENT_FINAL)).isEqualTo(SERVER_FINAL);
    }

    @Test
    void exchange_passwordsThatSaslprepMakesEqual_succeeds() throws PmuException {
        // A soft hyphen is mapped to nothing, the Roman numeral nine to IX (RFC 4013 section 3).
        ScramVerifier verifier = ScramVerifier.of(Credentials.of("anna", "I\u00ADX"), 4096, random);

        run(Credentials.of("anna", "\u2168"), verifier);
    }

    @Test
    void exchange_anyPasswordAndIterations_succeedsWithItAlone() throws PmuException {
        long seed = System.nanoTime();
        Random drawn = new Random(seed);
        for (int round = 0; round < 20; round++) {
            String password = drawn.ints(1 + drawn.nextInt(40), 0x20, 0x7f)
                    .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                    .toString();
            ScramVerifier verifier =
                    ScramVerifier.of(Credentials.of("u" + round, password), 4096 + drawn.nextInt(100), drawn);
            ScramVerifier reread = ScramVerifier.parse(verifier.encoded());

            assertThat(reread).as("seed %d, round %d", seed, round).isEqualTo(verifier);
            run(Credentials.of("u" + round, password), reread);
            assertRefused(
                    ErrorCode.AUTHENTICATION_FAILED, () -> run(Credentials.of("u", password + "x"), reread), "wrong");
        }
    }

    @Test
    void server_replayedExchange_isRefused() throws PmuException {
        ScramVerifier verifier = ScramVerifier.of(user, 4096, random);
        ScramClient client = new ScramClient(user, cache, random);
        ScramServer server = new ScramServer(random);
        String first = client.first();
        server.begin(first);
        String proof = client.answer(server.challenge(verifier));
        server.verify(proof);

        ScramServer another = new ScramServer(random);
        another.begin(first);
        another.challenge(verifier);
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> another.verify(proof), "wrong");
    }

    @Test
    void server_sameProofTwice_isRefused() throws PmuException {
        ScramServer server = new ScramServer(SERVER_NONCE);
        server.begin(CLIENT_FIRST);
        server.challenge(example());
        server.verify(CLIENT_FINAL);

        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> server.verify(CLIENT_FINAL), "before its challenge");
        assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> server.begin(CLIENT_FIRST), "second");
    }

    @Test
    void server_messagesThatNoneAre_areRefusedByName() throws PmuException {
        for (String first : new String[] {
            "",
            "n",
            "n,,",
            "n,,n=user",
            "x,,n=user,r=abc",
            "n,,r=abc,n=user",
            "n,,n=us er,r=abc",
            "n,,n=,r=abc",
            "n,,n=user,r=",
            "n,,n=user,r=" + "a".repeat(129),
            "a".repeat(5000),
            "n,,n=a:b,r=abc"
        }) {
            assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> new ScramServer(random).begin(first), "log-in");
        }
        for (String first : new String[] {"p=tls-unique,,n=user,r=abc", "n,a=root,n=user,r=abc"}) {
            assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> new ScramServer(random).begin(first), "log in");
        }
        for (String last :
                new String[] {"", "c=biws", "c=biws,r=x", "c=biws,r=x,p=", "r=x,c=biws,p=AAAA", "c=biws,r=x,p=A"}) {
            ScramServer server = new ScramServer(random);
            server.begin(CLIENT_FIRST);
            server.challenge(example());
            assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> server.verify(last), "log-in");
        }
    }

    @Test
    void server_proofOfWrongLengthOrBinding_isRefused() throws PmuException {
        String good = CLIENT_FINAL;
        for (String last : new String[] {
            good.replace("c=biws", "c=eSws"), good.replaceFirst("p=.*", "p=AAAA"), good.replace(SERVER_NONCE, "other")
        }) {
            ScramServer server = new ScramServer(SERVER_NONCE);
            server.begin(CLIENT_FIRST);
            server.challenge(example());
            assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> server.verify(last), "wrong");
        }
    }

    @Test
    void server_unknownUser_isAskedTheSameEachTimeAndNeverFits() throws PmuException {
        byte[] secret = "of this unit alone".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        ScramVerifier nobody = ScramVerifier.ofNobody(secret, "ghost");

        assertThat(nobody).isEqualTo(ScramVerifier.ofNobody(secret, "ghost"));
        assertThat(nobody.encodedSalt())
                .isNotEqualTo(ScramVerifier.ofNobody(secret, "other").encodedSalt())
                .hasSameSizeAs(example().encodedSalt());
        assertThat(nobody.iterations()).isEqualTo(ScramVerifier.DEFAULT_ITERATIONS);
        assertRefused(ErrorCode.AUTHENTICATION_FAILED, () -> run(Credentials.of("ghost", "boo"), nobody), "wrong");
    }

    @Test
    void client_unitThatDoesNotKnowTheVerifier_isRefused() throws PmuException {
        ScramClient client = new ScramClient(user, cache, CLIENT_NONCE);
        client.first();
        client.answer(SERVER_FIRST);

        assertRefused(
                ErrorCode.AUTHENTICATION_FAILED,
                () -> client.finish("v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4="),
                "did not prove");
    }

    @Test
    void client_challengesThatNoneAre_areRefused() {
        for (String challenge : new String[] {
            "",
            "r=other,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
            SERVER_FIRST.replace("i=4096", "i=4095"),
            SERVER_FIRST.replace("i=4096", "i=2000000000"),
            SERVER_FIRST.replace("i=4096", "i=x"),
            SERVER_FIRST.replace("W22ZaJ0SNY7soEsUEjb6gQ==", "!"),
            SERVER_FIRST.replace(SERVER_NONCE, ""),
            SERVER_FIRST + "a".repeat(2000)
        }) {
            ScramClient client = new ScramClient(user, cache, CLIENT_NONCE);
            client.first();
            assertRefused(ErrorCode.PROTOCOL_VIOLATION, () -> client.answer(challenge), "log-in");
        }
    }

    @Test
    void client_outOfOrder_isADefect() {
        ScramClient client = new ScramClient(user, cache, CLIENT_NONCE);

        assertThatIllegalStateException().isThrownBy(() -> client.finish(SERVER_FINAL));
    }

    @Test
    void cache_manyExchanges_derivesOnce() throws PmuException {
        ScramVerifier verifier = ScramVerifier.of(user, 4096, random);
        for (int i = 0; i < 50; i++) {
            run(user, verifier);
        }
        assertThat(cache.derivations()).isEqualTo(1);

        run(user, ScramVerifier.of(user, 4096, random));
        assertThat(cache.derivations()).isEqualTo(2);
    }

    @Test
    void verifier_textThatIsNone_isRefused() {
        for (String text : new String[] {
            "",
            "pencil",
            "SCRAM-SHA-256$4095:W22ZaJ0SNY7soEsUEjb6gQ==$" + "A".repeat(43) + "=:" + "A".repeat(43) + "=",
            "SCRAM-SHA-256$4096:W22Z$" + "A".repeat(43) + "=:" + "A".repeat(43) + "=",
            "SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$AAAA:" + "A".repeat(43) + "=",
            "SCRAM-SHA-1$4096:W22ZaJ0SNY7soEsUEjb6gQ==$" + "A".repeat(43) + "=:" + "A".repeat(43) + "=",
        }) {
            assertThatIllegalArgumentException().isThrownBy(() -> ScramVerifier.parse(text));
        }
    }

    @Test
    void credentials_shownOrUnusable_neverTellThePassword() throws PmuException {
        assertThat(Credentials.of("user", "pencil").toString()).isEqualTo("user 'user'");
        assertThat(ScramVerifier.of(user, 4096, random).toString()).isEqualTo("SCRAM-SHA-256, 4096 iterations");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> Credentials.of("", "pencil"), "without a user name");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> Credentials.of("a:b", "pencil"), "letters");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> Credentials.of("user", ""), "0 characters");
        Credentials control = Credentials.of("user", "pen\u0007cil");
        assertRefused(ErrorCode.BAD_CONFIGURATION, () -> ScramVerifier.of(control, 4096, random), "characters");
        assertThat(Credentials.of(null, null)).isSameAs(Credentials.ANONYMOUS);
    }

    private void run(Credentials credentials, ScramVerifier verifier) throws PmuException {
        ScramClient client = new ScramClient(credentials, cache, random);
        ScramServer server = new ScramServer(random);
        server.begin(client.first());
        client.finish(server.verify(client.answer(server.challenge(verifier))));
    }

    private static void assertRefused(ErrorCode code, ThrowingCallable call, String part) {
        assertThatExceptionOfType(PmuException.class).isThrownBy(call).satisfies(e -> {
            assertThat(e.code()).isEqualTo(code);
            assertThat(e).hasMessageContaining(part).message().doesNotContain("pencil");
        });
    }
}
