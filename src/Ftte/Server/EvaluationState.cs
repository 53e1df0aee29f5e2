using System.Buffers;
using System.Collections.Immutable;
using Ftte.Serialization;

namespace Ftte;

/// <summary>Writes and reads the parts of evaluations in a saved state.</summary>
internal static class EvaluationState
{
    /// <summary>Writes a section that a server without evaluations can skip.</summary>
    public static void WriteSection(StateWriter writer, Action<StateWriter> save)
    {
        var section = new ArrayBufferWriter<byte>();
        save(new StateWriter(section));
        writer.Bytes(section.WrittenSpan);
    }

    public static void WriteNames(StateWriter writer, ImmutableArray<EvaluationMetric> metrics)
    {
        writer.Byte((byte)metrics.Length);
        foreach (EvaluationMetric metric in metrics)
        {
            writer.Text(metric.Name);
        }
    }

    /// <summary>Reads the names of metrics.</summary>
    /// <exception cref="ArgumentException">The names are not those of the given metrics.</exception>
    public static void CheckNames(ref StateReader reader, ImmutableArray<EvaluationMetric> metrics)
    {
        string[] names = new string[reader.Byte()];
        for (int i = 0; i < names.Length; i++)
        {
            names[i] = reader.Text("name of a metric");
        }

        CheckSame("metrics", string.Join(", ", names), string.Join(", ", metrics.Select(metric => metric.Name)));
    }

    public static void WriteModel(StateWriter writer, ModelSnapshot? model)
    {
        writer.Flag(model is not null);
        if (model is not null)
        {
            writer.Int64(model.Version.Number);
            writer.Values(model.Parameters.Span);
        }
    }

    public static ModelSnapshot? ReadModel(ref StateReader reader, ParameterLayout layout)
    {
        if (!reader.Flag("flag of a model"))
        {
            return null;
        }

        var model = ModelSnapshot.TakeOver(layout, new ModelVersion(reader.Int64("version of a model")), reader.Finite("model", layout.ParameterCount));

        // Computed here, so that no check-out waits for it.
        _ = model.Fingerprint;
        return model;
    }

    public static void WriteAnswer(StateWriter writer, EvaluationAnswer answer)
    {
        writer.Client(answer.Client);
        writer.Flag(answer.Group is not null);
        writer.Text(answer.Group ?? "");
        writer.Int32(answer.ExampleCount);
        writer.Values(answer.Values.AsSpan());
    }

    public static EvaluationAnswer ReadAnswer(ref StateReader reader, int metrics)
    {
        ClientId client = reader.Client();
        bool hasGroup = reader.Flag("flag of a group");
        string group = reader.Text("group");
        return new EvaluationAnswer(client, hasGroup ? group : null, reader.Int32("number of examples", min: 1), [.. reader.Finite("metric", metrics)]);
    }

    /// <summary>Validates that evaluations are continued with the settings on which their results depend.</summary>
    public static void CheckSame(string name, string captured, string given)
    {
        if (captured != given)
        {
            throw new ArgumentException($"The state was captured with other {name} of evaluations: '{captured}' instead of '{given}'. Restore it with the same {name}, or without evaluations.", nameof(given));
        }
    }
}
