using System.Buffers.Binary;
using System.IO.Compression;
using Ftte.Samples.Tests.Quickstart;

namespace Ftte.Samples.Tests.TrainOnDevice;

/// <summary>Writes tiny files in the form of the known data sets.</summary>
internal static class DataFiles
{
    private const int CifarPixels = 32 * 32 * 3;
    private const int MnistSide = 28;

    public static void WriteCifar10(string path, int examples)
    {
        byte[] file = new byte[examples * (1 + CifarPixels)];
        for (int i = 0; i < file.Length; i++)
        {
            (int example, int at) = Math.DivRem(i, 1 + CifarPixels);
            file[i] = (byte)(at == 0 ? example % 10 : (i * 31) ^ example);
        }

        File.WriteAllBytes(path, file);
    }

    public static void WriteMnist(TemporaryFolder folder, int training, int test, bool isPacked)
    {
        string end = isPacked ? ".gz" : "";
        WriteIdx(folder.File($"train-images-idx3-ubyte{end}"), training, isPacked: isPacked);
        WriteIdx(folder.File($"train-labels-idx1-ubyte{end}"), training, isLabels: true, isPacked);
        WriteIdx(folder.File($"t10k-images-idx3-ubyte{end}"), test, isPacked: isPacked);
        WriteIdx(folder.File($"t10k-labels-idx1-ubyte{end}"), test, isLabels: true, isPacked);
    }

    public static void WriteIdx(string path, int examples, bool isLabels = false, bool isPacked = false)
    {
        int head = isLabels ? 8 : 16, each = isLabels ? 1 : MnistSide * MnistSide;
        byte[] file = new byte[head + (examples * each)];
        BinaryPrimitives.WriteInt32BigEndian(file, isLabels ? 0x0801 : 0x0803);
        BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(4), examples);
        if (!isLabels)
        {
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(8), MnistSide);
            BinaryPrimitives.WriteInt32BigEndian(file.AsSpan(12), MnistSide);
        }

        for (int i = head; i < file.Length; i++)
        {
            file[i] = (byte)(isLabels ? (i - head) % 10 : i * 31);
        }

        using Stream stream = isPacked ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path);
        stream.Write(file);
    }
}
