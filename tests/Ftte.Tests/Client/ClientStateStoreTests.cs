using System.Diagnostics;
using System.Globalization;
using CsCheck;
using Ftte.CrashProbe;

namespace Ftte.Tests;

public sealed class ClientStateStoreTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("ftte").FullName;

    private string Target => Path.Combine(_folder, "state");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_store_holds_the_state_saved_last_and_an_empty_state_removes_it()
    {
        foreach (IClientStateStore store in (IClientStateStore[])[new FileStateStore(Target), new MemoryStateStore()])
        {
            Assert.Null(store.Load());
            store.Save([1, 2, 3]);
            store.Save([4, 5]);
            Assert.Equal([4, 5], store.Load());
            store.Load()![0] = 9;
            Assert.Equal([4, 5], store.Load());
            store.Save([]);
            Assert.Null(store.Load());
        }
    }

    [Fact]
    public void A_store_deletes_what_a_killed_process_left_and_no_other_file()
    {
        string[] left = [".state.abcdefgh.ijk.tmp", ".state.00000000.000.tmp"];
        string[] other = [".state.old.abcdefgh.ijk.tmp", ".states.abcdefgh.ijk.tmp", ".state.abcdefgh.ijk", "state.abcdefgh.ijk.tmp"];
        foreach (string name in left.Concat(other))
        {
            File.WriteAllText(Path.Combine(_folder, name), "");
        }

        new FileStateStore(Target).Save([1]);
        Assert.Equal(other.Append("state").Order(StringComparer.Ordinal), Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void A_state_in_a_file_outlives_its_store() =>
        Gen.Byte.Array[1, 3000].Sample(
            state =>
            {
                new FileStateStore(Target).Save(state);
                Assert.Equal(state, new FileStateStore(Target).Load());
            },
            iter: 50,
            threads: 1);

    [Fact]
    public void The_bytes_of_a_file_are_those_of_the_format()
    {
        new FileStateStore(Target).Save("state"u8);
        Assert.Equal("4654435301050000000000000073746174650CD88B82", Convert.ToHexString(File.ReadAllBytes(Target)));
    }

    [Fact]
    public void A_file_that_ends_at_any_byte_or_differs_in_any_bit_is_damaged_and_says_where()
    {
        new FileStateStore(Target).Save([.. Enumerable.Range(0, 40).Select(i => (byte)i)]);
        byte[] whole = File.ReadAllBytes(Target);
        var store = new FileStateStore(Target);
        for (int length = 0; length < whole.Length; length++)
        {
            File.WriteAllBytes(Target, whole[..length]);
            string message = Assert.Throws<InvalidDataException>(store.Load).Message;
            Assert.Contains($"'{Target}' is damaged", message, StringComparison.Ordinal);
            Assert.IsType<InvalidDataException>(Record.Exception(() => new FileStateStore(Target).Load()));
        }

        for (int bit = 0; bit < 8 * whole.Length; bit++)
        {
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(Target, changed);
            Assert.Throws<InvalidDataException>(store.Load);
        }

        File.WriteAllBytes(Target, [.. whole, 0]);
        Assert.Throws<InvalidDataException>(store.Load);
    }

    /// <summary>A process that is killed leaves the previous file and a part of the temporary one, because only a rename changes the file.</summary>
    [Fact]
    public void A_write_that_stops_at_any_byte_keeps_the_previous_state()
    {
        var store = new FileStateStore(Target);
        byte[] previous = NumberedState.Create(1)[..30], next = NumberedState.Create(2)[..30];
        store.Save(next);
        byte[] image = File.ReadAllBytes(Target);
        store.Save(previous);
        for (int stop = 0; stop <= image.Length; stop++)
        {
            Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(Target, file =>
            {
                file.Write(image.AsSpan(0, stop));
                file.Flush();
                Assert.Equal(previous, new FileStateStore(Target).Load());
                throw new OperationCanceledException();
            }));
            Assert.Equal(previous, new FileStateStore(Target).Load());
            Assert.Equal([Target], Directory.GetFiles(_folder));
        }
    }

    [Fact]
    public async Task A_process_that_is_killed_at_a_random_moment_leaves_a_whole_state_that_is_not_older_than_the_last_it_saved()
    {
        int next = 0;
        int kills = Environment.GetEnvironmentVariable("FTTE_LONG") == "1" ? 200 : 8;
        var random = new Random(1);
        for (int kill = 0; kill < kills; kill++)
        {
            int saved = await RunAndKillAsync(next, afterLines: random.Next(1, 12), spin: random.Next(0, 100_000));
            byte[] state = new FileStateStore(Target).Load()!;
            int number = NumberedState.Read(state);
            Assert.Equal(NumberedState.Create(number), state);
            Assert.InRange(number, saved, int.MaxValue);
            next = number + 1;
        }
    }

    [Fact]
    public void A_file_of_another_program_is_refused_and_kept()
    {
        File.WriteAllText(Target, "holiday photos");
        string message = Assert.Throws<InvalidDataException>(() => new FileStateStore(Target)).Message;
        Assert.Equal($"The file '{Target}' does not contain client state: it does not start with \"FTCS\". Specify a new file, or delete this one.", message);
        Assert.Equal("holiday photos", File.ReadAllText(Target));
    }

    [Fact]
    public void A_state_above_the_maximum_or_of_another_format_version_is_refused()
    {
        new FileStateStore(Target).Save(new byte[11]);
        Assert.Contains("its state has 11 bytes, more than the maximum of 10", Assert.Throws<InvalidDataException>(() => new FileStateStore(Target, maxBytes: 10).Load()).Message, StringComparison.Ordinal);
        byte[] newer = File.ReadAllBytes(Target);
        newer[4] = 2;
        File.WriteAllBytes(Target, newer);
        Assert.Contains("it has format version 2, but this library supports version 1", Assert.Throws<InvalidDataException>(() => new FileStateStore(Target).Load()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_that_is_missing_fails_the_save_with_a_message()
    {
        var store = new FileStateStore(Path.Combine(_folder, "none", "state"));
        Assert.Null(store.Load());
        Assert.Contains("its folder does not exist", Assert.Throws<IOException>(() => store.Save([1])).Message, StringComparison.Ordinal);
    }

    /// <summary>Runs the probe until it has printed a number of lines and a little longer, and kills it.</summary>
    /// <returns>The last number that it printed.</returns>
    private async Task<int> RunAndKillAsync(int first, int afterLines, int spin)
    {
        string? host = Environment.ProcessPath;
        var start = new ProcessStartInfo(
            Path.GetFileNameWithoutExtension(host) == "dotnet" ? host! : "dotnet", [typeof(NumberedState).Assembly.Location, Target, first.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        };
        using Process probe = Process.Start(start)!;
        int saved = -1;
        for (int line = 0; line < afterLines; line++)
        {
            saved = int.Parse((await probe.StandardOutput.ReadLineAsync())!, CultureInfo.InvariantCulture);
        }

        Thread.SpinWait(spin);
        probe.Kill();
        string rest = await probe.StandardOutput.ReadToEndAsync();
        await probe.WaitForExitAsync();
        return rest.Split('\n', StringSplitOptions.RemoveEmptyEntries) is [.., var last] && int.TryParse(last, CultureInfo.InvariantCulture, out int number) && number > saved && rest.EndsWith('\n') ? number : saved;
    }
}
