using System.Diagnostics;
using static Ftte.StoreBench;

namespace Ftte.Sqlite.Tests;

/// <summary>A store that cannot grow: devices are busy, nothing acknowledged is lost, and the server continues when there is space.</summary>
public sealed class FullDiskTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private string? _mounted;

    public void Dispose()
    {
        if (_mounted is not null)
        {
            Run("umount", _mounted);
        }

        _folder.Dispose();
    }

    [Fact]
    public async Task A_store_at_its_maximum_size_continues_when_the_limit_is_raised()
    {
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = _folder.File("federation.db"), MaxBytes = 1 << 20, KeepVersions = null });
        await using FederatedServer server = await StartAsync(store);
        await FillAndContinueAsync(server, () => store.SetMaxBytes(null));
    }

    [Fact]
    public async Task A_server_on_a_full_disk_continues_when_there_is_space()
    {
        if (!TryMount("size=3m"))
        {
            // Only root may mount a file system; the other test covers the same error of SQLite.
            return;
        }

        string filler = Path.Combine(_mounted!, "filler");
        await File.WriteAllBytesAsync(filler, new byte[1 << 20]);
        await using var store = new SqliteStore(new SqliteStoreOptions { Path = Path.Combine(_mounted!, "federation.db"), KeepVersions = null });
        await using FederatedServer server = await StartAsync(store);
        await FillAndContinueAsync(server, () => File.Delete(filler));
    }

    [Fact]
    public async Task A_read_only_folder_is_one_clear_error()
    {
        if (!TryMount("size=1m,ro"))
        {
            return;
        }

        await using var store = new SqliteStore(Path.Combine(_mounted!, "federation.db"));
        Storage.StoreException error = await Assert.ThrowsAsync<Storage.StoreException>(async () => await store.LoadAsync());
        Assert.Contains("read-only", error.Message, StringComparison.Ordinal);
    }

    private static async Task FillAndContinueAsync(FederatedServer server, Action makeSpace)
    {
        var acknowledged = new List<TrainingAssignment>();
        TrainingAssignment? refused = null;
        for (int i = 0; server.StoreFault is null; i++)
        {
            Assert.True(i < 100_000, "The store never became full.");
            if (await AssignAsync(server, $"d{i % 3}") is { } assignment)
            {
                if (await SubmitAsync(server, assignment) == UpdateOutcome.Busy)
                {
                    refused = assignment;
                }
                else
                {
                    acknowledged.Add(assignment);
                }
            }
        }

        Assert.True(server.StoreFault.IsTransient);
        Assert.Contains("Free disk space", server.StoreFault.Message, StringComparison.Ordinal);
        Assert.Null(await AssignAsync(server, "other"));
        makeSpace();
        while (server.StoreFault is not null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }

        // The server remembers the last four assignments of each of the three clients.
        Assert.All(await Task.WhenAll(acknowledged.TakeLast(6).Select(assignment => SubmitAsync(server, assignment))), outcome => Assert.Equal(UpdateOutcome.Duplicate, outcome));
        if (refused is not null)
        {
            Assert.Equal(UpdateOutcome.Duplicate, await SubmitAsync(server, refused));
        }

        Assert.NotNull(await AssignAsync(server, "other"));
    }

    private bool TryMount(string options)
    {
        string folder = Directory.CreateDirectory(_folder.File("disk")).FullName;
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess || Run("mount", "-t", "tmpfs", "-o", options, "tmpfs", folder) != 0)
        {
            return false;
        }

        _mounted = folder;
        return true;
    }

    private static int Run(string command, params string[] arguments)
    {
        using Process process = Process.Start(new ProcessStartInfo(command, arguments) { RedirectStandardError = true })!;
        process.WaitForExit();
        return process.ExitCode;
    }
}
