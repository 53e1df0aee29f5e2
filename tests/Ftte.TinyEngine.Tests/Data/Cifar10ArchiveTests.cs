using System.Formats.Tar;

namespace Ftte.TinyEngine.Tests;

public sealed class Cifar10ArchiveTests : IDisposable
{
    private const int RecordLength = 1 + (3 * 32 * 32);
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("cifar-10-binary.tar.gz", true)]
    [InlineData("cifar-10-binary.tar", false)]
    public void The_publishers_archive_is_read_from_its_folder_or_itself(string name, bool isPacked)
    {
        byte[] tar = Tar();
        string path = _folder.Write(name, isPacked ? IdxFileTests.Pack(tar) : tar);
        foreach (string place in new[] { _folder.Path, path })
        {
            Assert.Equal([1, 2, 3, 4, 5], Labels(Cifar10Examples.Load(place, CifarPart.Train)));
            Assert.Equal([0, 9], Labels(Cifar10Examples.Load(place, CifarPart.Test)));
        }
    }

    [Fact]
    public void Unpacked_files_take_precedence_over_an_archive()
    {
        _folder.Write("cifar-10-binary.tar.gz", [1, 2, 3]);
        Directory.CreateDirectory(Path.Combine(_folder.Path, "cifar-10-batches-bin"));
        _folder.Write("cifar-10-batches-bin/test_batch.bin", Record(7));
        Assert.Equal([7], Labels(Cifar10Examples.Load(_folder.Path, CifarPart.Test)));
    }

    [Fact]
    public void An_empty_folder_of_the_usual_name_does_not_hide_the_files_next_to_it()
    {
        Directory.CreateDirectory(Path.Combine(_folder.Path, "cifar-10-batches-bin"));
        _folder.Write("test_batch.bin", Record(7));
        Assert.Equal([7], Labels(Cifar10Examples.Load(_folder.Path, CifarPart.Test)));
    }

    [Fact]
    public void Damage_anywhere_in_a_packed_archive_is_refused_or_changes_nothing()
    {
        byte[] packed = IdxFileTests.Pack(Tar(batches: 0));
        int unchanged = 0;
        for (int at = 0; at < packed.Length; at += 7)
        {
            byte[] damaged = [.. packed];
            damaged[at] ^= 0x10;
            unchanged += TryRead(damaged) ? 1 : 0;
            Assert.False(TryRead(packed[..at]), $"{at} bytes");
        }

        // The time in the head, and copies of zeros from another place with zeros.
        Assert.InRange(unchanged, 0, packed.Length / 7 / 20);
    }

    [Fact]
    public void A_plain_archive_cut_short_is_refused()
    {
        byte[] tar = Tar(batches: 0);
        for (int length = 0; length < 512 + RecordLength; length += 97)
        {
            Assert.False(TryRead(tar[..length]), $"{length} bytes");
        }
    }

    [Fact]
    public void A_missing_file_is_named()
    {
        string path = _folder.Write("cifar-10-binary.tar", Tar(batches: 4));
        Assert.Equal(
            $"The file '{path}' cannot be read: it does not contain data_batch_5.bin. Get the binary version of the data set.", Assert.Throws<InvalidDataException>(() => Cifar10Examples.Load(path, CifarPart.Train)).Message);
    }

    [Fact]
    public void Records_are_checked_as_in_files()
    {
        string path = _folder.Write("cifar-10-binary.tar", Tar(batches: 0, test: [.. Record(1), .. Record(10)]));
        Assert.StartsWith(
            $"The file '{path}, cifar-10-batches-bin/test_batch.bin' cannot be read: record 1 has the label 10", Assert.Throws<InvalidDataException>(() => Cifar10Examples.Load(path, CifarPart.Test)).Message, StringComparison.Ordinal);
        path = _folder.Write("cifar-10-binary.tar", Tar(batches: 0, test: new byte[10]));
        Assert.Contains("its 10 bytes are not a number of whole records", Assert.Throws<InvalidDataException>(() => Cifar10Examples.Load(path, CifarPart.Test)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("cifar-10-python.tar.gz")]
    [InlineData("data_batch_1")]
    public void The_version_for_Python_is_recognized(string name)
    {
        _folder.Write(name, []);
        Assert.Contains("the folder contains the Python version instead", Assert.Throws<FileNotFoundException>(() => Cifar10Examples.Load(_folder.Path, CifarPart.Train)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_was_deleted_is_an_error_in_one_line()
    {
        string path = Path.Combine(_folder.Path, "gone.bin");
        foreach (string message in new[]
        {
            Assert.Throws<FileNotFoundException>(() => Cifar10Examples.LoadFiles([path])).Message, Assert.Throws<FileNotFoundException>(() => IdxFile.Read(path)).Message,
        })
        {
            Assert.Equal($"The file '{path}' does not exist. Restore it, or specify where it is.", message);
        }
    }

    private static byte[] Tar(int batches = 5, byte[]? test = null)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            tar.WriteEntry(new UstarTarEntry(TarEntryType.Directory, "cifar-10-batches-bin/"));
            for (int batch = batches; batch >= 1; batch--)
            {
                Add($"data_batch_{batch}.bin", Record((byte)batch));
            }

            Add("readme.html", "<html>"u8.ToArray());
            Add("test_batch.bin", test ?? [.. Record(0), .. Record(9)]);

            void Add(string name, byte[] content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, "cifar-10-batches-bin/" + name) { DataStream = new MemoryStream(content) });
        }

        return stream.ToArray();
    }

    private static byte[] Record(byte label)
    {
        byte[] record = new byte[RecordLength];
        new Random(label).NextBytes(record);
        record[0] = label;
        return record;
    }

    private static IEnumerable<int> Labels(Cifar10Examples examples) => Enumerable.Range(0, examples.Count).Select(examples.LabelOf);

    private bool TryRead(byte[] archive)
    {
        string path = _folder.Write("archive", archive);
        try
        {
            Cifar10Examples examples = Cifar10Examples.Load(path, CifarPart.Test, PixelScaling.UnitInterval);
            Assert.Equal([0, 9], Labels(examples));
            float[] input = new float[RecordLength - 1];
            examples.CopyTo(1, input);
            byte[] record = Record(9);
            Assert.All(Enumerable.Range(0, input.Length), i => Assert.Equal(record[1 + (i % 3 * 1024) + (i / 3)] / 255f, input[i]));
            return true;
        }
        catch (InvalidDataException refused)
        {
            Assert.StartsWith($"The file '{path}", refused.Message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', refused.Message);
            return false;
        }
    }
}
