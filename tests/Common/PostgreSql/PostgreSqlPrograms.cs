using System.Diagnostics;
using System.Globalization;

namespace Ftte.PostgreSql.Tests;

/// <summary>The programs of PostgreSQL on this machine, such as those of the Debian package <c>postgresql</c>.</summary>
internal static class PostgreSqlPrograms
{
    public const string Variable = "FTTE_POSTGRESQL";

    private const string Folders = "/usr/lib/postgresql";

    /// <summary>Gets the folder of the programs; null if there is none.</summary>
    public static string? Folder { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } path ? path : FindNewest();

    /// <summary>Gets the reason why tests cannot use a database; null if they can.</summary>
    public static string? Obstacle { get; } = Folder is not null && File.Exists(Path.Combine(Folder, "initdb")) ? null
        : $"PostgreSQL is not on this machine. Install the package postgresql, or set {Variable} to the folder with initdb and postgres.";

    /// <summary>Prepares the start of a program. PostgreSQL refuses to run as root, so that root runs it as the user <c>postgres</c>.</summary>
    public static ProcessStartInfo Prepare(string program, params ReadOnlySpan<string> arguments)
    {
        string file = Path.Combine(Folder!, program);
        return Environment.IsPrivilegedProcess
            ? new ProcessStartInfo("setpriv", ["--reuid=postgres", "--regid=postgres", "--init-groups", file, .. arguments]) { WorkingDirectory = "/" }
            : new ProcessStartInfo(file, [.. arguments]);
    }

    private static string? FindNewest() => !Directory.Exists(Folders) ? null : Directory.GetDirectories(Folders)
        .Where(folder => File.Exists(Path.Combine(folder, "bin", "initdb")))
        .OrderByDescending(folder => double.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out double version) ? version : 0)
        .Select(folder => Path.Combine(folder, "bin"))
        .FirstOrDefault();
}
