using System.Text.Json.Serialization;

namespace Ftte.Simulation;

/// <summary>The line of a device's answer to the evaluation in a line before it.</summary>
internal sealed record AnswerLine(string Client, int Examples, float[] Values, string? Group = null)
{
    [JsonIgnore]
    public string? Fault => Client.Length == 0 ? "the client is not named" : Examples < 1 ? "there are no examples" : null;

    public static AnswerLine Of(EvaluationAnswer answer) => new(answer.Client.Value, answer.ExampleCount, [.. answer.Values], answer.Group);

    public EvaluationAnswer ToAnswer() => new(new ClientId(Client), Group, Examples, [.. Values]);
}
