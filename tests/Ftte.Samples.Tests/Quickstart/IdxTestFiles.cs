using System.Buffers.Binary;
using System.IO.Compression;

namespace Ftte.Samples.Tests.Quickstart;

/// <summary>Writes small files of the IDX format, right and wrong ones.</summary>
internal static class IdxTestFiles
{
    public const int ImagesMagic = 0x803;
    public const int LabelsMagic = 0x801;

    public static byte[] Images(int count) => Join([ImagesMagic, count, 28, 28], [.. Enumerable.Range(0, count * 784).Select(i => (byte)(i * 31))]);

    public static byte[] Labels(int count) => Join([LabelsMagic, count], [.. Enumerable.Range(0, count).Select(i => (byte)(i % 10))]);

    public static byte[] Join(int[] head, byte[] body)
    {
        byte[] file = new byte[(4 * head.Length) + body.Length];
        for (int i = 0; i < head.Length; i++)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4 * i), head[i]);
        }

        body.CopyTo(file, 4 * head.Length);
        return file;
    }

    public static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest))
        {
            gzip.Write(content);
        }

        return packed.ToArray();
    }

    /// <summary>Writes the four files of a whole set.</summary>
    public static void WriteSet(TemporaryFolder folder, int training, int test, bool packed = false)
    {
        void Write(string name, byte[] content) =>
            File.WriteAllBytes(folder.File(packed ? name + ".gz" : name), packed ? Gzip(content) : content);
        Write("train-images-idx3-ubyte", Images(training));
        Write("train-labels-idx1-ubyte", Labels(training));
        Write("t10k-images-idx3-ubyte", Images(test));
        Write("t10k-labels-idx1-ubyte", Labels(test));
    }
}
