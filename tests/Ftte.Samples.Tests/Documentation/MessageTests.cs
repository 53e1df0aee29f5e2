using Ftte.Samples.Tests.Shared;
using Snapshooter;
using Snapshooter.Xunit;

namespace Ftte.Samples.Tests.Documentation;

/// <summary>What the samples say of input that cannot be used, in one reviewed file.</summary>
public sealed class MessageTests
{
    private static readonly string[] Commands =
    [
        "Quickstart --seed abc", "Quickstart --sed 1", "Quickstart --devices 9", "Quickstart --chart c.jpg", "Quickstart --mnist /no/such/folder",
        "TrainOnDevice --model resnt8", "TrainOnDevice --memory 512Ki", "TrainOnDevice --schedule onecicle", "TrainOnDevice --modle mlp", "TrainOnDevice --save model.bin",
        "MemoryPlan --selector exat", "MemoryPlan --importance luck", "MemoryPlan --shares 1/8,2", "MemoryPlan --frozen int4",
        "SelectionStudy", "SelectionStudy --data . --selectors rotatng", "SelectionStudy --data . --budgets 2",
        "ZooLearning --networks resnt8", "ZooLearning --table zoo.txt",
        "Wearables --methods Dito", "Wearables --watch 12kb0", "Wearables --scaling none", "Wearables --chart c.jpg", "Wearables --data /no/such/folder",
        "Cifar10 --scenario qick", "Cifar10 --scenario paper", "Cifar10 --seeds 0",
    ];

    [Fact]
    public async Task Every_message_is_one_line_as_reviewed()
    {
        using var text = new StringWriter();
        foreach (string command in Commands)
        {
            using var error = new StringWriter();
            string[] words = command.Split(' ');
            Assert.Equal(2, await Sample.InvokeAsync(words[0], words[1..], _ => 0, TextWriter.Null, error));
            Assert.Single(error.ToString().TrimEnd().Split('\n'));
            text.Write($"> {command}\n{error.ToString().TrimEnd()}\n\n");
        }

        Snapshot.Match(text.ToString(), new SnapshotFullName("messages.txt", Path.Combine(DocumentationFiles.Root, "tests", "Ftte.Samples.Tests", "Documentation")));
    }
}
