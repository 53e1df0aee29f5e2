using Ftte.Samples.Shared;
using Ftte.Samples.Tests.Quickstart;
using TrainOnDevice.Data;

namespace Ftte.Samples.Tests.TrainOnDevice;

public sealed class DataFolderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Cifar10_is_recognised_by_its_records_whatever_the_files_are_called()
    {
        DataFiles.WriteCifar10(_folder.File("a"), examples: 3);
        Assert.Equal((DataKind.Cifar10, _folder.Path), (DataFolder.Recognize(_folder.Path).Kind, DataFolder.Recognize(_folder.Path).Path));
    }

    [Fact]
    public void A_data_set_is_found_in_the_folder_that_its_archive_unpacked_to()
    {
        string inner = Directory.CreateDirectory(_folder.File("cifar-10-batches-bin")).FullName;
        DataFiles.WriteCifar10(Path.Combine(inner, "data_batch_1.bin"), examples: 2);
        Assert.Equal(inner, DataFolder.Recognize(_folder.Path).Path);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Idx_files_are_recognised_plain_and_packed(bool isPacked)
    {
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked);
        DataFolder found = DataFolder.Recognize(_folder.Path);
        Assert.Equal(DataKind.Idx, found.Kind);
        Assert.Equal((2, 2), (found.Images.Count, found.Labels.Count));
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        DataFiles.WriteIdx(_folder.File("train-images"), 2);
        DataFiles.WriteIdx(_folder.File("train-labels"), 2, isLabels: true);
        Assert.Contains("t10k-images", Assert.Throws<InputException>(() => DataSetReader.Read(DataFolder.Recognize(_folder.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_folders_are_refused_with_what_is_expected()
    {
        File.WriteAllBytes(_folder.File("short"), [1, 2]);
        File.WriteAllText(_folder.File("notes.txt"), "nothing of the kind");
        File.WriteAllBytes(_folder.File("broken.gz"), [0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        Assert.Contains("it contains no file of a known data set", Assert.Throws<InputException>(() => DataFolder.Recognize(_folder.Path)).Message, StringComparison.Ordinal);

        DataFiles.WriteCifar10(_folder.File("data_batch_1.bin"), 1);
        DataFiles.WriteMnist(_folder, 1, 1, isPacked: false);
        Assert.Contains("more than one data set, Cifar10 and Idx", Assert.Throws<InputException>(() => DataFolder.Recognize(_folder.Path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_broken_link_does_not_hide_the_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Creating links needs a privilege there.
        }

        File.CreateSymbolicLink(_folder.File("a-broken-link"), _folder.File("nowhere"));
        File.CreateSymbolicLink(_folder.File("train-images-idx3-ubyte.gz"), _folder.File("nowhere"));
        File.CreateSymbolicLink(_folder.File("a-loop"), _folder.File("a-loop"));
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked: false);
        Assert.Equal(4, DataSetReader.Read(DataFolder.Recognize(_folder.Path)).Training.Count);
    }

    [Fact]
    public void A_link_to_a_data_set_is_followed()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // Creating links needs a privilege there.
        }

        using var elsewhere = new TemporaryFolder();
        DataFiles.WriteMnist(elsewhere, training: 4, test: 2, isPacked: true);
        Directory.CreateSymbolicLink(_folder.File("data"), elsewhere.Path);
        Assert.Equal(4, DataSetReader.Read(DataFolder.Recognize(_folder.Path)).Training.Count);
    }

    [Theory]
    [InlineData("train-images.idx3-ubyte", "train-labels.idx1-ubyte", "t10k-images.idx3-ubyte", "t10k-labels.idx1-ubyte")]
    [InlineData("train-images", "train-labels", "test-images", "test-labels")]
    [InlineData("MNIST/raw/train-images-idx3-ubyte", "MNIST/raw/train-labels-idx1-ubyte", "MNIST/raw/t10k-images-idx3-ubyte", "MNIST/raw/t10k-labels-idx1-ubyte")]
    public void Other_names_of_MNIST_are_found(string trainImages, string trainLabels, string testImages, string testLabels)
    {
        Directory.CreateDirectory(_folder.File("MNIST/raw"));
        DataFiles.WriteIdx(_folder.File(trainImages), 4);
        DataFiles.WriteIdx(_folder.File(trainLabels), 4, isLabels: true);
        DataFiles.WriteIdx(_folder.File(testImages), 2);
        DataFiles.WriteIdx(_folder.File(testLabels), 2, isLabels: true);
        DataSet set = DataSetReader.Read(DataFolder.Recognize(_folder.Path));
        Assert.Equal((4, 2), (set.Training.Count, set.HeldOut.Count));
    }

    [Fact]
    public void Files_that_are_there_plain_and_packed_are_one_data_set()
    {
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked: false);
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked: true);
        Assert.Equal(4, DataSetReader.Read(DataFolder.Recognize(_folder.Path)).Training.Count);
    }

    [Fact]
    public void The_archive_of_Cifar10_is_found_unless_its_files_are_there()
    {
        File.WriteAllBytes(_folder.File("cifar-10-binary.tar.gz"), [0x1F, 0x8B]);
        Assert.Equal((DataKind.Cifar10, _folder.Path), (DataFolder.Recognize(_folder.Path).Kind, DataFolder.Recognize(_folder.Path).Path));
        string inner = Directory.CreateDirectory(_folder.File("cifar-10-batches-bin")).FullName;
        DataFiles.WriteCifar10(Path.Combine(inner, "data_batch_1.bin"), examples: 2);
        Assert.Equal(inner, DataFolder.Recognize(_folder.Path).Path);
    }

    [Fact]
    public void A_data_file_that_was_cut_short_or_deleted_is_one_line()
    {
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked: true);
        DataFolder found = DataFolder.Recognize(_folder.Path);
        string labels = _folder.File("train-labels-idx1-ubyte.gz");
        File.WriteAllBytes(labels, File.ReadAllBytes(labels)[..^3]);
        Assert.StartsWith($"--data: The file '{labels}' cannot be read: it is a damaged gzip file: ", Assert.Throws<InputException>(() => DataSetReader.Read(found)).Message, StringComparison.Ordinal);
        File.Delete(labels);
        Assert.Equal($"--data: The file '{labels}' does not exist. Restore it, or specify where it is.", Assert.Throws<InputException>(() => DataSetReader.Read(found)).Message);
    }
}
