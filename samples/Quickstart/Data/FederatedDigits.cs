using Ftte.Simulation.Data;
using Ftte.Simulation.Randomness;
using Ftte.TinyEngine;

namespace Quickstart;

/// <summary>The data of the experiment: what the server has, what each device has, and what the model is tested on.</summary>
/// <param name="Public">From writers who hold no device: the server trains its base model on them.</param>
/// <param name="Devices">What each device has; it never leaves the device.</param>
/// <param name="Test">All digits of all the devices' writers, none of which any device trains on.</param>
internal sealed record FederatedDigits(IExampleSource Public, IExampleSource[] Devices, IExampleSource Test)
{
    private const int PublicWriters = 8;
    private const int PublicDigits = 800;
    private const int MostDigitsPerDevice = 100;
    private const int TestDigits = 3000;
    private const ulong CountStream = 0x436F756E74;

    // However many the devices, no more digits are drawn in total than MNIST has, give or take.
    private const int MostDigits = 60_000;

    private const double MnistAlpha = 0.3;
    private const int FewestMnistDigitsPerDevice = 5;

    /// <summary>Draws the digits of invented writers, one for each device.</summary>
    public static FederatedDigits Draw(ulong seed, int devices)
    {
        var generator = new DigitGenerator(seed);
        Writer[] writers = Writers.Create(seed, PublicWriters + devices);
        Writer[] owners = writers[PublicWriters..];

        return new FederatedDigits(
            LabelledImages.Draw(PublicDigits, (i, image) => generator.DrawInTurn(writers[i % PublicWriters], i / PublicWriters, image)),
            [.. owners.Select(owner => LabelledImages.Draw(CountFor(seed, owner, devices), (i, image) => generator.DrawFavourite(owner, i, image)))],
            LabelledImages.Draw(TestDigits, (i, image) => generator.DrawInTurn(owners[i % devices], i / devices, image)));
    }

    /// <summary>Reads MNIST and splits it among the devices.</summary>
    /// <exception cref="InputException">A file is missing, damaged or too small.</exception>
    public static FederatedDigits FromMnist(string folder, ulong seed, int devices)
    {
        IdxExamples training = MnistFolder.ReadTraining(folder);
        IdxExamples test = MnistFolder.ReadTest(folder);
        int needed = PublicDigits + (devices * FewestMnistDigitsPerDevice);
        if (training.Count < needed)
        {
            throw new InputException($"--mnist: '{folder}' has {training.Count} examples to train from, but {devices} devices need {needed}; take fewer devices or the whole of MNIST.");
        }

        IdxExamples shared = training.Subset([.. Enumerable.Range(PublicDigits, training.Count - PublicDigits)]);
        byte[] labels = [.. Enumerable.Range(0, shared.Count).Select(i => (byte)shared.LabelOf(i))];
        return new FederatedDigits(
            training.Subset([.. Enumerable.Range(0, PublicDigits)]),
            [.. DataSplit.Dirichlet(labels, DataSplit.EqualSizes(labels.Length, devices), MnistAlpha, seed).Select(part => shared.Subset(part))],
            test);
    }

    /// <summary>Some devices have thrice as many digits as others, as in life.</summary>
    private static int CountFor(ulong seed, Writer owner, int devices)
    {
        int usual = Math.Min(MostDigitsPerDevice, MostDigits / devices);
        return (int)(usual * new SeededRandom(seed, CountStream, (ulong)owner.Number).NextSingle(0.5f, 1.5f));
    }
}
