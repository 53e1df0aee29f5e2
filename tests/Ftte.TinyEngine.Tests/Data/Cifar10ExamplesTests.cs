namespace Ftte.TinyEngine.Tests;

public sealed class Cifar10ExamplesTests : IDisposable
{
    private const int Plane = 32 * 32;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Planes_become_pixels_of_three_scaled_channels()
    {
        byte[] record = Record(label: 6, seed: 1);
        Cifar10Examples examples = Cifar10Examples.LoadFiles([_folder.Write("a.bin", record)]);
        float[] input = new float[3 * Plane];
        Assert.Equal(6, examples.CopyTo(0, input));
        float[] mean = [0.4914f, 0.4822f, 0.4465f], deviation = [0.2470f, 0.2435f, 0.2616f];
        for (int pixel = 0; pixel < Plane; pixel++)
        {
            for (int channel = 0; channel < 3; channel++)
            {
                Assert.Equal(((record[1 + (channel * Plane) + pixel] / 255f) - mean[channel]) / deviation[channel], input[(pixel * 3) + channel]);
            }
        }
    }

    [Fact]
    public void The_training_part_is_five_files_in_order_and_the_test_part_one()
    {
        string inner = Directory.CreateDirectory(Path.Combine(_folder.Path, "cifar-10-batches-bin")).FullName;
        for (int batch = 1; batch <= 5; batch++)
        {
            File.WriteAllBytes(Path.Combine(inner, $"data_batch_{batch}.bin"), Record((byte)batch, batch));
        }

        File.WriteAllBytes(Path.Combine(inner, "test_batch.bin"), [.. Record(9, 6), .. Record(8, 7)]);
        Assert.Equal([1, 2, 3, 4, 5], Labels(Cifar10Examples.Load(_folder.Path, CifarPart.Train)));
        Assert.Equal([9, 8], Labels(Cifar10Examples.Load(inner, CifarPart.Test)));
    }

    [Fact]
    public void A_subset_shares_the_pixels_and_can_be_divided_again()
    {
        Cifar10Examples all = Cifar10Examples.LoadFiles([_folder.Write("a.bin", [.. Record(1, 1), .. Record(2, 2), .. Record(3, 3)])], PixelScaling.UnitInterval);
        Cifar10Examples some = all.Subset(2, 0, 2).Subset(1, 2);
        Assert.Equal([1, 3], Labels(some));
        float[] expected = new float[3 * Plane], input = new float[3 * Plane];
        all.CopyTo(2, expected);
        Assert.Equal(3, some.CopyTo(1, input));
        Assert.Equal(expected, input);
        Assert.Throws<ArgumentOutOfRangeException>(() => some.Subset(-1));
    }

    [Fact]
    public void Reading_an_example_allocates_nothing()
    {
        Cifar10Examples examples = Cifar10Examples.LoadFiles([_folder.Write("a.bin", Record(1, 1))]);
        float[] input = new float[3 * Plane];
        examples.CopyTo(0, input);
        Assert.Equal(0, Allocated.AtMost(0, () => examples.CopyTo(0, input)));
    }

    [Fact]
    public void A_missing_folder_is_refused_with_what_to_get()
    {
        string folder = Path.Combine(_folder.Path, "nowhere");
        string message = Assert.Throws<FileNotFoundException>(() => Cifar10Examples.Load(folder, CifarPart.Train)).Message;
        Assert.StartsWith($"The folder '{folder}' is incomplete: data_batch_1.bin is missing. Put data_batch_1.bin, ", message, StringComparison.Ordinal);
        Assert.Contains("the binary version of CIFAR-10 is on its publisher's page", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3072)]
    [InlineData(3074)]
    public void A_file_that_is_not_whole_records_is_refused(int length) =>
        AssertBad(new byte[length], $"its {length} bytes are not a number of whole records");

    [Fact]
    public void A_label_that_is_no_class_is_refused() => AssertBad([.. Record(9, 1), .. Record(10, 2)], "record 1 has the label 10");

    [Fact]
    public void A_scaling_for_other_channels_is_refused() =>
        Assert.Throws<ArgumentException>(() => Cifar10Examples.LoadFiles([_folder.Write("a.bin", Record(1, 1))], new PixelScaling([0, 0], [1, 1])));

    private static byte[] Record(byte label, int seed)
    {
        byte[] record = new byte[1 + (3 * Plane)];
        new Random(seed).NextBytes(record);
        record[0] = label;
        return record;
    }

    private static IEnumerable<int> Labels(Cifar10Examples examples) => Enumerable.Range(0, examples.Count).Select(examples.LabelOf);

    private void AssertBad(byte[] content, string reason)
    {
        string path = _folder.Write("bad.bin", content);
        string message = Assert.Throws<InvalidDataException>(() => Cifar10Examples.LoadFiles([path])).Message;
        Assert.StartsWith($"The file '{path}' cannot be read: {reason}", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }
}
