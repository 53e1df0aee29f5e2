using System.Text;

namespace Ftte.TinyEngine.Tests.Common;

public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private string Target => Path.Combine(_folder.Path, "target");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_new_file_has_the_content_and_is_alone_in_its_folder()
    {
        AtomicFile.WriteAllText(Target, "häh");
        AssertOnlyTarget("häh");
        Assert.Equal(Encoding.UTF8.GetByteCount("häh"), File.ReadAllBytes(Target).Length);
    }

    [Fact]
    public void An_existing_file_is_replaced_even_if_it_was_longer()
    {
        AtomicFile.WriteAllBytes(Target, "a long content"u8);
        AtomicFile.WriteText(Target, writer => writer.Write("short"));
        AssertOnlyTarget("short");
    }

    [Fact]
    public void A_write_that_fails_keeps_the_existing_file_and_leaves_nothing_else()
    {
        AtomicFile.WriteAllText(Target, "before");
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write("half"u8);
            throw new InvalidOperationException();
        }));
        AssertOnlyTarget("before");
    }

    [Fact]
    public void A_write_that_fails_creates_no_file()
    {
        Assert.Throws<InvalidOperationException>(() => AtomicFile.Write(Target, _ => throw new InvalidOperationException()));
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [Fact]
    public void Of_two_overlapping_writers_both_succeed_and_the_last_to_finish_wins()
    {
        AtomicFile.Write(Target, outer =>
        {
            outer.Write("outer"u8);
            AtomicFile.WriteAllText(Target, "inner, longer");
            Assert.Equal("inner, longer", File.ReadAllText(Target));
        });
        AssertOnlyTarget("outer");
    }

    [Fact]
    public void A_full_disk_is_one_line_that_names_the_destination()
    {
        int code = OperatingSystem.IsWindows() ? unchecked((int)0x80070070) : 28;
        IOException full = Assert.Throws<IOException>(() => AtomicFile.Write(Target, _ => throw new IOException("No space left on device : '/x/y.tmp'", code)));
        Assert.Equal($"The file '{Target}' cannot be written: the disk is full. Free disk space or specify a file on another disk.", full.Message);
        Assert.Empty(Directory.GetFiles(_folder.Path));
    }

    [FullDiskFact]
    public void A_full_device_behind_a_link_is_reported_and_stays_a_device()
    {
        File.CreateSymbolicLink(Target, "/dev/full");
        foreach (int length in new[] { 1, 1_000_000 })
        {
            Assert.Contains("the disk is full", Assert.Throws<IOException>(() => AtomicFile.WriteAllBytes(Target, new byte[length])).Message, StringComparison.Ordinal);
        }

        Assert.Equal("/dev/full", new FileInfo(Target).LinkTarget);
        Assert.ThrowsAny<IOException>(() => File.WriteAllText("/dev/full", "still a device"));
    }

    [UnixFact]
    public void A_device_is_written_to_and_not_replaced()
    {
        AtomicFile.WriteAllText("/dev/null", "nothing");
        Assert.Empty(File.ReadAllBytes("/dev/null"));
    }

    [UnixFact]
    public void A_link_is_followed_and_the_access_mode_of_the_file_is_kept()
    {
        string file = _folder.Write("file", [1]);
        const UnixFileMode Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupWrite;
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(file, Mode);
            File.CreateSymbolicLink(Target, "file");
            AtomicFile.WriteAllText(Target, "new");
            Assert.Equal(("new", "file", Mode), (File.ReadAllText(file), new FileInfo(Target).LinkTarget, File.GetUnixFileMode(file)));
        }
    }

    [UnixFact]
    public void A_link_to_a_file_that_does_not_exist_creates_the_file()
    {
        File.CreateSymbolicLink(Target, "file");
        AtomicFile.WriteAllText(Target, "new");
        Assert.Equal("new", File.ReadAllText(Path.Combine(_folder.Path, "file")));
    }

    [Theory]
    [InlineData("", "it is a folder")]
    [InlineData("none/file", "its folder does not exist")]
    public void A_destination_that_cannot_be_written_is_one_line_before_and_at_the_end(string name, string reason)
    {
        string path = Path.Combine(_folder.Path, name);
        foreach (string message in new[]
        {
            Assert.Throws<IOException>(() => AtomicFile.CheckCanWrite(path)).Message, Assert.Throws<IOException>(() => AtomicFile.WriteAllText(path, "")).Message,
        })
        {
            Assert.StartsWith($"The file '{path}' cannot be written: {reason}. ", message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void A_check_changes_nothing_and_leaves_nothing()
    {
        AtomicFile.CheckCanWrite(Target);
        Assert.Empty(Directory.GetFiles(_folder.Path));
        AtomicFile.WriteAllText(Target, "content");
        AtomicFile.CheckCanWrite(Target);
        AssertOnlyTarget("content");
    }

    private void AssertOnlyTarget(string content)
    {
        Assert.Equal([Target], Directory.GetFileSystemEntries(_folder.Path));
        Assert.Equal(content, File.ReadAllText(Target));
    }
}
