using Ftte.Samples.Shared;
using Ftte.TinyEngine;

namespace TrainOnDevice.Data;

/// <summary>Opens the data of the options, in the form that the network reads.</summary>
internal static class DataSets
{
    private const int GeneratedTraining = 2000;
    private const int GeneratedHeldOut = 500;
    private const int GeneratedClassesForVectors = 10;

    /// <summary>Opens the data.</summary>
    /// <param name="network">The network to train.</param>
    /// <param name="options">The options of the command.</param>
    /// <exception cref="InputException">The data cannot be read, or does not fit the network.</exception>
    public static DataSet Open(Network network, TrainOptions options)
    {
        DataSet data = options.DataFolder is { } folder ? DataSetReader.Read(DataFolder.Recognize(folder)) : Generate(network, options);
        CheckFits(network, data, options);
        IExampleSource training = FirstExamples.Of(data.Training, options.Examples);
        if (options.Augment)
        {
            training = Augment(training, data);
        }

        return network.ClassCount > 0
            ? data with { Training = training }
            : data with { Training = new ReconstructionExamples(training), HeldOut = new ReconstructionExamples(data.HeldOut) };
    }

    private static DataSet Generate(Network network, TrainOptions options)
    {
        ImageShape shape = network.InputShape;
        int classes = network.ClassCount > 0 ? network.ClassCount : GeneratedClassesForVectors;
        var templates = new ClassTemplates(shape, classes, CounterRandom.At(options.Seed, 0));
        return new DataSet(
            "generated data",
            shape,
            classes,
            new GeneratedExamples(templates, shape, options.Examples ?? GeneratedTraining, CounterRandom.At(options.Seed, 1)),
            new GeneratedExamples(templates, shape, GeneratedHeldOut, CounterRandom.At(options.Seed, 2)));
    }

    private static void CheckFits(Network network, DataSet data, TrainOptions options)
    {
        ImageShape input = network.InputShape;
        bool isVector = input.Pixels == 1;
        if (data.Shape != input && !(isVector && data.Shape.Count == input.Count))
        {
            throw new InputException($"--data '{options.DataFolder}': {data.Name} has examples of {data.Shape}, but {options.Model} takes {input}; specify another --model or other data.");
        }

        if (network.ClassCount > 0 && data.Classes > network.ClassCount)
        {
            throw new InputException($"--data '{options.DataFolder}': {data.Name} has {data.Classes} classes, but {options.Model} has {network.ClassCount}; specify another --model or other data.");
        }
    }

    private static AugmentedExamples Augment(IExampleSource source, DataSet data)
    {
        (int height, int width, int channels) = data.Shape;
        return data.Shape.Pixels > 1
            ? new AugmentedExamples(source, height, width, channels, new AugmentationOptions { FlipHorizontally = data.CanBeMirrored })
            : throw new InputException("--augment: the examples are vectors, which cannot be shifted or mirrored; omit the option.");
    }
}
