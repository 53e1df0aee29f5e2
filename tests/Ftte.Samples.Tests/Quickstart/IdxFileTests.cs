using Quickstart;

namespace Ftte.Samples.Tests.Quickstart;

public sealed class IdxFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Images_and_labels_are_read_as_written_plain_or_packed_whatever_the_name()
    {
        byte[] images = IdxTestFiles.Images(5), labels = IdxTestFiles.Labels(5);
        Assert.Equal(images[16..], IdxFile.ReadImages(Write(images)));
        Assert.Equal(labels[8..], IdxFile.ReadLabels(Write(labels)));
        Assert.Equal(images[16..], IdxFile.ReadImages(Write(IdxTestFiles.Gzip(images))));
        Assert.Equal(labels[8..], IdxFile.ReadLabels(Write(IdxTestFiles.Gzip(labels))));
    }

    [Fact]
    public void A_file_longer_than_the_first_buffer_is_read_whole()
    {
        byte[] images = IdxTestFiles.Images(3000);
        Assert.Equal(images[16..], IdxFile.ReadImages(Write(IdxTestFiles.Gzip(images))));
    }

    [Fact]
    public void A_wrong_magic_number_is_named() =>
        AssertBad("magic number is 0x00000D03", () => IdxFile.ReadImages(Write(IdxTestFiles.Join([0xD03, 1, 28, 28], new byte[784]))));

    [Fact]
    public void Labels_where_images_should_be_are_recognised()
    {
        AssertBad("should hold images but is a file of labels", () => IdxFile.ReadImages(Write(IdxTestFiles.Labels(3))));
        AssertBad("should hold labels but is a file of images", () => IdxFile.ReadLabels(Write(IdxTestFiles.Images(3))));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(int.MaxValue)]
    public void A_senseless_count_is_refused_before_memory_is_taken_for_it(int count)
    {
        byte[] file = IdxTestFiles.Join([IdxTestFiles.ImagesMagic, count, 28, 28], new byte[784]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertBad("announces", () => IdxFile.ReadImages(Write(file)));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Fact]
    public void A_count_that_the_file_does_not_keep_takes_memory_only_for_what_is_there()
    {
        byte[] file = IdxTestFiles.Join([IdxTestFiles.ImagesMagic, 900_000, 28, 28], new byte[784]);
        long before = GC.GetAllocatedBytesForCurrentThread();
        AssertBad("announces 900000 images but ends after 784 of 705600000 bytes", () => IdxFile.ReadImages(Write(IdxTestFiles.Gzip(file))));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 4 << 20);
    }

    [Theory]
    [InlineData(27, 28)]
    [InlineData(28, 32)]
    [InlineData(0, -1)]
    public void Images_of_another_size_are_refused(int rows, int columns) =>
        AssertBad($"its images are {rows} x {columns} pixels", () => IdxFile.ReadImages(Write(IdxTestFiles.Join([IdxTestFiles.ImagesMagic, 1, rows, columns], new byte[784]))));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(15)]
    public void A_file_that_ends_within_its_head_is_refused(int length) =>
        AssertBad("ends within its head", () => IdxFile.ReadImages(Write(IdxTestFiles.Images(1)[..length])));

    [Fact]
    public void A_truncated_file_is_refused()
    {
        AssertBad("announces 2 images but ends after 1567 of 1568 bytes", () => IdxFile.ReadImages(Write(IdxTestFiles.Images(2)[..^1])));
        AssertBad("announces 9 labels but ends after 8 of 9 bytes", () => IdxFile.ReadLabels(Write(IdxTestFiles.Labels(9)[..^1])));
    }

    [Fact]
    public void Bytes_after_the_end_are_refused()
    {
        AssertBad("more bytes follow after its 2 images", () => IdxFile.ReadImages(Write([.. IdxTestFiles.Images(2), 0])));
        AssertBad("more bytes follow after its 4 labels", () => IdxFile.ReadLabels(Write(IdxTestFiles.Gzip([.. IdxTestFiles.Labels(4), 0]))));
    }

    [Fact]
    public void A_label_that_is_no_digit_is_refused_with_its_place() =>
        AssertBad("label 2 is 10", () => IdxFile.ReadLabels(Write(IdxTestFiles.Join([IdxTestFiles.LabelsMagic, 4], [1, 9, 10, 11]))));

    [Fact]
    public void A_damaged_gzip_file_is_refused()
    {
        byte[] packed = IdxTestFiles.Gzip(IdxTestFiles.Images(20));
        packed.AsSpan(10, 40).Fill(0xFF);
        AssertBad("damaged gzip", () => IdxFile.ReadImages(Write(packed)));
    }

    [Fact]
    public void A_truncated_gzip_file_is_refused() =>
        AssertBad("", () => IdxFile.ReadImages(Write(IdxTestFiles.Gzip(IdxTestFiles.Images(20))[..200])));

    [Fact]
    public void A_file_that_is_not_there_is_refused() =>
        AssertBad("cannot be read", () => IdxFile.ReadLabels(_folder.File("data")));

    private void AssertBad(string reason, Action read)
    {
        string message = Assert.Throws<InputException>(read).Message;
        Assert.StartsWith(_folder.File("data"), message, StringComparison.Ordinal);
        Assert.Contains(reason, message, StringComparison.Ordinal);
        Assert.Contains("; ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private string Write(byte[] content)
    {
        File.WriteAllBytes(_folder.File("data"), content);
        return _folder.File("data");
    }
}
