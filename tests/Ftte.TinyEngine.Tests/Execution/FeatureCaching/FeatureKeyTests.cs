using System.Reflection;
using Ftte.TinyEngine.Tests.Reference;

namespace Ftte.TinyEngine.Tests.Execution;

/// <summary>The key of cached features depends on every setting, connection and parameter of the frozen prefix.</summary>
public class FeatureKeyTests
{
    private static readonly Dictionary<string, (Func<NetworkBuilder, NetworkBuilder> Old, Func<NetworkBuilder, NetworkBuilder> New)> Pairs = new()
    {
        ["activation kind, masked"] = (b => b.Relu("a"), b => b.Relu6("a")),
        ["activation kind, leaky"] = (b => b.Relu("a"), b => b.LeakyRelu(0.3f, "a")),
        ["activation kind, smooth"] = (b => b.Tanh("a"), b => b.Sigmoid("a")),
        ["slope"] = (b => b.LeakyRelu(0.01f), b => b.LeakyRelu(0.3f)),
        ["epsilon of a batch normalization"] = (b => b.BatchNorm("n", 1e-5), b => b.BatchNorm("n", 1e-1)),
        ["epsilon of a group normalization"] = (b => b.GroupNorm("n", 2, 1e-5), b => b.GroupNorm("n", 2, 1e-1)),
        ["groups of a normalization"] = (b => b.GroupNorm("n", 2), b => b.GroupNorm("n", 4)),
        ["groups of a convolution"] = (b => b.Conv("g", 8, 1, groups: 2), b => b.Conv("g", 8, 1, groups: 4)),
        ["window of a maximum"] = (b => b.MaxPool(2, 2, 0, "p"), b => b.MaxPool(3, 2, 1, "p")),
        ["window of an average"] = (b => b.AveragePool(2, 2, 0, "p"), b => b.AveragePool(3, 2, 1, "p")),
        ["padding of a maximum"] = (b => b.MaxPool(1, 1, 0, "p"), b => b.MaxPool(3, 1, 1, "p")),
        ["stride of a convolution"] = (b => b.Conv("s", 8, 1, 1).MaxPool(2, 2, 0, "p"), b => b.Conv("s", 8, 1, 2)),
        ["padding of a convolution"] = (b => b.Conv("s", 8, 3, 1, padding: 1), b => b.Conv("s", 8, 3, 1, padding: 0)),
        ["wiring of branches"] = (
            b => b.Add("s", q => q.Conv("l", 8, 1).Tanh("t"), q => q.Conv("m", 8, 1)), b => b.Add("s", q => q.Conv("l", 8, 1), q => q.Conv("m", 8, 1).Tanh("t"))),
        ["order of a concatenation"] = (
            b => b.Concat("s", q => q.Tanh("l"), q => q.Relu("m")), b => b.Concat("s", q => q.Relu("l"), q => q.Tanh("m"))),
    };

    public static TheoryData<string> Names => [.. Pairs.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Features_of_a_network_that_differs_in_one_setting_are_not_used(string difference)
    {
        Network old = Complete(Pairs[difference].Old), other = Complete(Pairs[difference].New);
        using FeatureStore store = FeatureStore.InMemory();
        float[] start = TestNetworks.Parameters(other, 1);
        Train(old, TestNetworks.Parameters(old, 1), store);

        float[] alone = Train(other, start, store: null), shared = Train(other, start, store);

        Assert.Equal(alone, shared);
        ArrayExamples examples = Examples(other);
        ParameterSelection head = Head(other);
        using FeatureStore evaluated = FeatureStore.InMemory();
        old.EvaluateSelected(TestNetworks.Parameters(old, 1), Examples(old), Head(old), evaluated);
        Assert.Equal(other.Evaluate(start, examples), other.EvaluateSelected(start, examples, head, evaluated));
    }

    [Fact]
    public void Every_setting_of_every_operation_is_part_of_its_definition()
    {
        var seen = new HashSet<Type>();
        foreach (Operation operation in TestNetworks.All.Values.Select(make => make()).Append(Network.Build(4).Dropout(0.5f).Linear("fc", 2).SoftmaxCrossEntropy()).SelectMany(n => n.Operations))
        {
            if (seen.Add(operation.GetType()))
            {
                foreach (FieldInfo field in operation.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly))
                {
                    AssertCounts(operation, field);
                }
            }
        }

        // A new operation must be in a test network, so that its settings are checked here.
        Assert.Equal(typeof(Operation).Assembly.GetTypes().Where(t => t.IsSubclassOf(typeof(Operation)) && !t.IsAbstract).ToHashSet(), seen);
    }

    [Fact]
    public void Inputs_outputs_and_parameters_are_part_of_the_definition_and_names_are_not()
    {
        Operation[] some = Network.Build(4, 4, 2).Conv("c", 4, 1).Add("s", q => q.Tanh("l"), q => q.Relu("m")).GlobalAveragePool().Linear("fc", 2).SoftmaxCrossEntropy().Operations;
        Operation[] renamed = Network.Build(4, 4, 2).Conv("d", 4, 1).Add("t", q => q.Tanh("x"), q => q.Relu("y")).GlobalAveragePool().Linear("fd", 2).SoftmaxCrossEntropy().Operations;

        Assert.Equal(some.Select(o => o.Definition), renamed.Select(o => o.Definition));
        Assert.Equal(some.Length, some.Select(o => o.Definition).Distinct().Count());
        string add = some.Single(o => o is Add).Definition;
        Network swapped = Network.Build(4, 4, 2).Conv("c", 4, 1).Add("s", q => q, q => q.Relu("m").Tanh("l")).GlobalAveragePool().Linear("fc", 2).SoftmaxCrossEntropy();
        Assert.NotEqual(add, swapped.Operations.Single(o => o is Add).Definition);
    }

    [Fact]
    public void Running_statistics_that_are_selected_in_the_prefix_count_as_they_are_in_the_trained_vector()
    {
        Network network = TestNetworks.All["norm"]();
        ParameterSelection selection = ParameterSelection.OfBlocks(network.Layout, "bn1.running_mean", "bn1.running_var", "fc.weight", "fc.bias");
        IExampleSource examples = TestNetworks.Examples(network, 6, seed: 1);
        float[] start = TestNetworks.Parameters(network, 1);
        using FrozenParameters frozen = FrozenParameters.Of(start);
        using FeatureStore store = FeatureStore.InMemory();
        Train(0, store);

        Assert.Equal(Train(0.5f, store: null), Train(0.5f, store));

        float[] Train(float shift, FeatureStore? store)
        {
            float[] trained = new float[selection.Count];
            selection.Gather(start, trained);
            trained[0] += shift;
            network.TrainSelected(frozen, trained, examples, selection, new SgdOptions { BatchSize = 3 }, new EngineOptions { FeatureStore = store });
            return trained;
        }
    }

    [Fact]
    public void Preparing_with_running_statistics_in_the_selection_keeps_the_features_of_the_round()
    {
        Network network = TestNetworks.All["norm"]();
        ParameterSelection selection = ParameterSelection.OfBlocks(network.Layout, "bn1.running_mean", "fc.weight", "fc.bias");
        IExampleSource examples = TestNetworks.Examples(network, 6, seed: 1);
        float[] start = TestNetworks.Parameters(network, 1), expected = [.. start], actual = [.. start];
        using FeatureStore store = FeatureStore.InMemory();
        using (var trainer = new LocalTrainer(network, examples, new SgdOptions { BatchSize = 3 }, engine: new EngineOptions { FeatureStore = store }))
        {
            trainer.Prepare(selection, start);
        }

        network.Train(expected, examples, new SgdOptions { BatchSize = 3 }, selection);
        network.Train(actual, examples, new SgdOptions { BatchSize = 3 }, selection, new EngineOptions { FeatureStore = store });
        Assert.Equal(expected, actual);
    }

    private static Network Complete(Func<NetworkBuilder, NetworkBuilder> add) =>
        add(Network.Build(8, 8, 2).Conv("c", 8, kernel: 3, stride: 1, padding: 1)).GlobalAveragePool("gap").Linear("o", 3).SoftmaxCrossEntropy();

    private static ParameterSelection Head(Network network) => ParameterSelection.OfBlocks(network.Layout, "o.weight", "o.bias");

    private static ArrayExamples Examples(Network network)
    {
        float[][] rows = TestData.Rows(10, network.InputLength, seed: 6);
        return TestData.Examples([.. rows.Select(row => row.Select(x => 4 * x).ToArray())], TestData.Labels(10, 3, seed: 7));
    }

    private static float[] Train(Network network, float[] start, FeatureStore? store)
    {
        float[] parameters = [.. start];
        network.Train(parameters, Examples(network), new SgdOptions { BatchSize = 5, Epochs = 2, LearningRate = 0.3f }, Head(network), new EngineOptions { FeatureStore = store });
        return parameters;
    }

    /// <summary>Changes a field, and within a shape each of its parts, and checks that the definition changes.</summary>
    private static void AssertCounts(Operation operation, FieldInfo field)
    {
        // Where parameters lie in a file has no influence on what is computed from them.
        if (field.FieldType == typeof(int[]))
        {
            return;
        }

        string definition = operation.Definition;
        object original = field.GetValue(operation)!;
        foreach (object changed in Changed(original))
        {
            field.SetValue(operation, changed);
            Assert.True(definition != operation.Definition, $"{operation.GetType().Name}: {field.Name} is not part of the definition.");
        }

        field.SetValue(operation, original);
        Assert.Equal(definition, operation.Definition);
    }

    private static List<object> Changed(object value)
    {
        switch (value)
        {
            case bool flag: return [!flag];
            case int number: return [number + 1];
            case float number: return [number + 0.125f];
            case double number: return [number + 1e-9];
            case Enum kind: return [.. Enum.GetValues(kind.GetType()).Cast<object>().Where(other => !other.Equals(kind))];
        }

        Assert.True(value.GetType().IsValueType, $"A setting of type {value.GetType()} needs a case here.");
        var variants = new List<object>();
        foreach (FieldInfo part in value.GetType().GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public))
        {
            foreach (object changed in Changed(part.GetValue(value)!))
            {
                object copy = CopyOf(value);
                part.SetValue(copy, changed);
                variants.Add(copy);
            }
        }

        return variants;
    }

    private static object CopyOf(object boxed) =>
        typeof(object).GetMethod("MemberwiseClone", BindingFlags.Instance | BindingFlags.NonPublic)!.Invoke(boxed, null)!;
}
