using System.Runtime.InteropServices;
using Npgsql;

namespace Ftte.PostgreSql;

/// <summary>Stores the answers of the latest importance survey of a cluster. <see cref="SelectionTable"/> deletes those of earlier ones.</summary>
internal static class AnswerTable
{
    /// <summary>Writes an answer, unless the client has answered before.</summary>
    /// <remarks>A publication waits until the answer is written or the answer until the survey is closed, so that each answer that a device sees accepted counts.</remarks>
    public static async Task<AnswerOutcome> WriteAsync(NpgsqlConnection connection, int federation, long buffer, long survey, SurveyAnswer answer, CancellationToken cancellationToken)
    {
        int outcome = await connection.ReadAsync<int>(
            """
            WITH head AS (SELECT federation FROM ftte.cluster WHERE federation = $1 AND buffer = $2 FOR SHARE),
                added AS (INSERT INTO ftte.cluster_answer (federation, survey, client, id, importance) SELECT federation, $3, $4, $5, $6 FROM head ON CONFLICT DO NOTHING RETURNING 1)
            SELECT (SELECT count(*) FROM head)::int + (SELECT count(*) FROM added)::int
            """,
            cancellationToken,
            federation, buffer, survey, answer.Client.Value, UpdateKey.Of(answer.Id), MemoryMarshal.AsBytes(answer.Values.AsSpan()).ToArray()).ConfigureAwait(false);
        return (AnswerOutcome)outcome;
    }

    /// <summary>Reads the answers to a survey.</summary>
    public static async Task<IReadOnlyList<SurveyAnswer>> ReadAsync(NpgsqlConnection connection, int federation, long survey, CancellationToken cancellationToken)
    {
        var answers = new List<SurveyAnswer>();
        await using NpgsqlCommand select = connection.Prepare("SELECT client, id, importance FROM ftte.cluster_answer WHERE federation = $1 AND survey = $2 ORDER BY client", federation, survey);
        await using NpgsqlDataReader reader = await select.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        while (await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            answers.Add(new SurveyAnswer(
                new ClientId(reader.GetString(0)), UpdateKey.ToId(reader.GetInt64(1)), MemoryMarshal.Cast<byte, float>(reader.GetFieldValue<byte[]>(2)).ToArray()));
        }

        return answers;
    }

    /// <summary>Returns the number of answers to a survey.</summary>
    public static async Task<int> CountAsync(NpgsqlConnection connection, int federation, long survey, CancellationToken cancellationToken) =>
        await connection.ReadAsync<int>("SELECT count(*)::int FROM ftte.cluster_answer WHERE federation = $1 AND survey = $2", cancellationToken, federation, survey).ConfigureAwait(false);
}
