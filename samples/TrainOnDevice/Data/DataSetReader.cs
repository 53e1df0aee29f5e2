using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Reads the data sets of folders.</summary>
internal static class DataSetReader
{
    private const int MaxClasses = 256;

    /// <summary>Reads a folder.</summary>
    /// <exception cref="InputException">A file is missing or invalid.</exception>
    public static DataSet Read(DataFolder folder)
    {
        try
        {
            return folder.Kind == DataKind.Cifar10 ? ReadCifar10(folder) : ReadIdx(folder);
        }
        catch (Exception refusal) when (refusal is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            throw new InputException($"--data: {refusal.Message}", refusal);
        }
    }

    private static DataSet ReadCifar10(DataFolder folder) => new(
        "CIFAR-10",
        new ImageShape(Cifar10Examples.Side, Cifar10Examples.Side, Cifar10Examples.Channels),
        Cifar10Examples.ClassCount,
        Cifar10Examples.Load(folder.Path, CifarPart.Train),
        Cifar10Examples.Load(folder.Path, CifarPart.Test))
    {
        CanBeMirrored = true,
    };

    private static DataSet ReadIdx(DataFolder folder)
    {
        IdxExamples training = ReadIdx(folder, isForTest: false), heldOut = ReadIdx(folder, isForTest: true);
        int classes = 1 + Math.Max(LargestLabel(training), LargestLabel(heldOut));
        var shape = new ImageShape(training.Height, training.Width, training.Channels);
        return (heldOut.Height, heldOut.Width, heldOut.Channels) == (shape.Height, shape.Width, shape.Channels)
            ? new DataSet("images of MNIST's form", shape, classes, training, heldOut)
            : throw new InputException($"--data '{folder.Path}': the training images are {shape}, but the test images are not; use files of the same data set.");
    }

    private static IdxExamples ReadIdx(DataFolder folder, bool isForTest) => IdxExamples.Load(
        Part(folder, folder.Images, isForTest), Part(folder, folder.Labels, isForTest), PixelScaling.Mnist, MaxClasses);

    /// <summary>Selects the training file or the test file, which differ only in name.</summary>
    private static string Part(DataFolder folder, IReadOnlyList<string> files, bool isForTest)
    {
        string[] part = [.. files.Where(file => IsForTest(Path.GetFileName(file)) == isForTest)];
        string what = isForTest ? "to test with, such as t10k-images and t10k-labels" : "to train with, such as train-images and train-labels";
        return part.Length == 1
            ? part[0]
            : throw new InputException($"--data '{folder.Path}': of {string.Join(", ", files.Select(Path.GetFileName))} {part.Length} are {what}; there has to be one.");
    }

    private static bool IsForTest(string name) =>
        name.Contains("test", StringComparison.OrdinalIgnoreCase) || name.Contains("t10k", StringComparison.OrdinalIgnoreCase);

    private static int LargestLabel(IdxExamples examples) => Enumerable.Range(0, examples.Count).Max(examples.LabelOf);
}
