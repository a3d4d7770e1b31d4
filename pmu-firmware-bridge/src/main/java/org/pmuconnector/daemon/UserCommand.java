package org.pmuconnector.daemon;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.pmuconnector.model.ErrorCode;
import org.pmuconnector.model.PmuException;
import org.pmuconnector.pmu.users.User;
import org.pmuconnector.pmu.users.UserRole;
import org.pmuconnector.pmu.users.UsersFile;
import org.pmuconnector.scram.Credentials;
import org.pmuconnector.scram.ScramVerifier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Keeps a unit's users, whether the unit is served just now or not. */
@Command(
        name = "user",
        mixinStandardHelpOptions = true,
        versionProvider = PmuVersion.class,
        synopsisSubcommandLabel = "COMMAND",
        description = {
            "Keeps a unit's users, in PATH.users beside its file.",
            "A unit that is being served takes changes over within two seconds: connections of a user that is removed, "
                    + "or whose password is changed, end."
        })
final class UserCommand implements Runnable {

    private static final String PASSWORD_FILE =
            "Whose first line is the password, - for the standard input; asked for " + "if left out.";

    @Spec
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "say what to do: add, passwd, roles, remove or list");
    }

    /** The unit whose users they are. */
    private static final class OfUnit {

        @Parameters(index = "0", paramLabel = "PATH", description = "The unit's file.")
        private Path path;

        @Spec(Spec.Target.MIXEE)
        private CommandSpec command;

        private UsersFile file() throws PmuException {
            if (!Files.isRegularFile(path)) {
                throw new PmuException(
                        ErrorCode.UNIT_NOT_FORMATTED, path + " is no unit; make one with 'pmu format' first");
            }
            return new UsersFile(path);
        }

        private void say(String line) {
            command.commandLine().getOut().println(line);
            command.commandLine().getOut().flush();
        }
    }

    /** What a user may do in the whole unit. */
    private static final class RoleOptions {

        @Option(names = "--administrator", description = "May do everything with every region.")
        private boolean administrator;

        @Option(names = "--create", description = "May create regions, and owns them.")
        private boolean create;

        private Set<UserRole> roles() {
            Set<UserRole> roles = EnumSet.noneOf(UserRole.class);
            if (administrator) {
                roles.add(UserRole.ADMINISTRATOR);
            }
            if (create) {
                roles.add(UserRole.CREATE);
            }
            return roles;
        }
    }

    private static ScramVerifier verifier(String name, String passwordFile) throws PmuException {
        if (!Credentials.isUserName(name)) {
            // Before anybody types a password.
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION,
                    "'" + name + "': a user name has 1 to 64 letters, digits and any of . _ @ + - and begins with a "
                            + "letter or digit");
        }
        Credentials credentials = Credentials.of(name, PasswordSource.read(passwordFile, name, true));
        return ScramVerifier.of(credentials, ScramVerifier.DEFAULT_ITERATIONS, new SecureRandom());
    }

    private static User present(User user, String name, UsersFile file) throws PmuException {
        if (user == null) {
            throw new PmuException(
                    ErrorCode.BAD_CONFIGURATION, file.path() + " has no user " + name + "; see 'pmu user list'");
        }
        return user;
    }

    private static String shown(User user) {
        return user.sortedRoles().stream().map(UserRole::text).collect(Collectors.joining(","));
    }

    @Command(name = "add", mixinStandardHelpOptions = true, description = "Adds a user.")
    int add(
            @Mixin OfUnit unit,
            @Parameters(index = "1", paramLabel = "NAME") String name,
            @Mixin RoleOptions options,
            @Option(names = "--password-file", paramLabel = "FILE", description = PASSWORD_FILE) String passwordFile)
            throws PmuException {
        UsersFile file = unit.file();
        if (file.load().find(name) != null) {
            throw exists(name, file);
        }
        ScramVerifier verifier = verifier(name, passwordFile);
        file.change(users -> {
            if (users.find(name) != null) {
                throw exists(name, file);
            }
            return users.with(new User(name, verifier, options.roles()));
        });
        unit.say("added " + name);
        return 0;
    }

    private static PmuException exists(String name, UsersFile file) {
        return new PmuException(
                ErrorCode.BAD_CONFIGURATION,
                file.path() + " has a user " + name + " already; change the password with 'pmu user passwd'");
    }

    @Command(name = "passwd", mixinStandardHelpOptions = true, description = "Changes a user's password.")
    int passwd(
            @Mixin OfUnit unit,
            @Parameters(index = "1", paramLabel = "NAME") String name,
            @Option(names = "--password-file", paramLabel = "FILE", description = PASSWORD_FILE) String passwordFile)
            throws PmuException {
        UsersFile file = unit.file();
        present(file.load().find(name), name, file);
        ScramVerifier verifier = verifier(name, passwordFile);
        file.change(users -> users.with(present(users.find(name), name, file).withVerifier(verifier)));
        unit.say("changed the password of " + name);
        return 0;
    }

    @Command(
            name = "roles",
            mixinStandardHelpOptions = true,
            description = "Gives a user exactly the roles named, none if none is.")
    int roles(@Mixin OfUnit unit, @Parameters(index = "1", paramLabel = "NAME") String name, @Mixin RoleOptions options)
            throws PmuException {
        UsersFile file = unit.file();
        file.change(users ->
                users.with(new User(name, present(users.find(name), name, file).verifier(), options.roles())));
        unit.say("changed the roles of " + name);
        return 0;
    }

    @Command(
            name = "remove",
            mixinStandardHelpOptions = true,
            description =
                    "Removes a user. What regions' access lists allow to the name stays, should it be added again.")
    int remove(@Mixin OfUnit unit, @Parameters(index = "1", paramLabel = "NAME") String name) throws PmuException {
        UsersFile file = unit.file();
        file.change(users -> users.without(present(users.find(name), name, file).name()));
        unit.say("removed " + name);
        return 0;
    }

    @Command(name = "list", mixinStandardHelpOptions = true, description = "Lists the users.")
    int list(@Mixin OfUnit unit, @Option(names = "--json", description = "Print JSON.") boolean json)
            throws PmuException {
        Table table = new Table("user", "roles", "iterations");
        for (User user : unit.file().load().all()) {
            table.add(user.name(), shown(user), user.verifier().iterations());
        }
        table.print(unit.command.commandLine().getOut(), json);
        unit.command.commandLine().getOut().flush();
        return 0;
    }
}
