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
        Assert.Equal((DataKind.Cifar10, _folder.Path), (DataFolder.Recognise(_folder.Path).Kind, DataFolder.Recognise(_folder.Path).Path));
    }

    [Fact]
    public void A_data_set_is_found_in_the_folder_that_its_archive_unpacked_to()
    {
        string inner = Directory.CreateDirectory(_folder.File("cifar-10-batches-bin")).FullName;
        DataFiles.WriteCifar10(Path.Combine(inner, "data_batch_1.bin"), examples: 2);
        Assert.Equal(inner, DataFolder.Recognise(_folder.Path).Path);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Idx_files_are_recognised_plain_and_packed(bool isPacked)
    {
        DataFiles.WriteMnist(_folder, training: 4, test: 2, isPacked);
        DataFolder found = DataFolder.Recognise(_folder.Path);
        Assert.Equal(DataKind.Idx, found.Kind);
        Assert.Equal((2, 2), (found.Images.Count, found.Labels.Count));
    }

    [Fact]
    public void A_missing_part_is_named()
    {
        DataFiles.WriteIdx(_folder.File("train-images"), 2);
        DataFiles.WriteIdx(_folder.File("train-labels"), 2, isLabels: true);
        Assert.Contains("t10k-images", Assert.Throws<InputException>(() => DataSetReader.Read(DataFolder.Recognise(_folder.Path))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Other_folders_are_refused_with_what_is_expected()
    {
        File.WriteAllBytes(_folder.File("short"), [1, 2]);
        File.WriteAllText(_folder.File("notes.txt"), "nothing of the kind");
        File.WriteAllBytes(_folder.File("broken.gz"), [0x1F, 0x8B, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        Assert.Contains("no file there is of a known data set", Assert.Throws<InputException>(() => DataFolder.Recognise(_folder.Path)).Message, StringComparison.Ordinal);

        DataFiles.WriteCifar10(_folder.File("data_batch_1.bin"), 1);
        DataFiles.WriteMnist(_folder, 1, 1, isPacked: false);
        Assert.Contains("more than one data set, Cifar10 and Idx", Assert.Throws<InputException>(() => DataFolder.Recognise(_folder.Path)).Message, StringComparison.Ordinal);
    }
}
