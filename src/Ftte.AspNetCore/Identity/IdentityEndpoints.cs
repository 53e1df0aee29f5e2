using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Ftte.AspNetCore.Endpoints;
using Microsoft.AspNetCore.Http;

namespace Ftte.AspNetCore;

/// <summary>Handles enrollment, renewal and the administration of devices.</summary>
internal sealed class IdentityEndpoints(CertificateAuthority authority, DeviceDirectory directory, TimeProvider time)
{
    private const int MaxRequestBytes = 4096;
    private const int MaxTokenMinutes = 60 * 24 * 365;

    public Task GetAuthorityAsync(HttpContext context) => WriteCertificateAsync(context, authority.Certificate);

    public async Task EnrollAsync(HttpContext context)
    {
        string[] authorization = context.Request.Headers.Authorization.ToString().Split(' ');
        if (authorization is not [HttpProtocol.TokenScheme, { Length: > 0 } token])
        {
            throw new ProblemException(StatusCodes.Status401Unauthorized, "token-missing", $"The request has no token. Send the header 'Authorization: {HttpProtocol.TokenScheme} <token>'.");
        }

        using RequestBody request = await RequestBody.ReadAsync(context, HttpProtocol.CertificateRequestType, MaxRequestBytes).ConfigureAwait(false);
        using X509Certificate2 certificate = directory.Enroll(token, request.Bytes);
        await WriteCertificateAsync(context, certificate).ConfigureAwait(false);
    }

    public async Task RenewAsync(HttpContext context)
    {
        // Other schemes than certificates have nothing to renew here.
        EnrolledDevice device = (context.Connection.ClientCertificate is { } present ? directory.Find(present) : null)
            ?? throw new ProblemException(StatusCodes.Status403Forbidden, "not-authenticated", "The request has no certificate of this server's authority. Enroll the device.");
        using RequestBody request = await RequestBody.ReadAsync(context, HttpProtocol.CertificateRequestType, MaxRequestBytes).ConfigureAwait(false);
        using X509Certificate2 certificate = directory.Renew(device.Client, request.Bytes);
        await WriteCertificateAsync(context, certificate).ConfigureAwait(false);
    }

    public Task ListAsync(HttpContext context) => WriteJsonAsync(
        context,
        [.. directory.GetDevices().Select(device => new AdminDevice(device.Client.Value, device.Certificate, device.Enrolled, device.Expires, device.IsRevoked))],
        IdentityJson.Default.AdminDeviceArray);

    public async Task CreateTokenAsync(HttpContext context)
    {
        AdminTokenRequest request;
        ClientId? client;
        using (RequestBody body = await RequestBody.ReadAsync(context, "application/json", MaxRequestBytes).ConfigureAwait(false))
        {
            try
            {
                request = JsonSerializer.Deserialize(body.Bytes, IdentityJson.Default.AdminTokenRequest) ?? new AdminTokenRequest();
                client = request.Client is { } name ? new ClientId(name) : null;
            }
            catch (Exception error) when (error is JsonException or ArgumentException)
            {
                throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"The request is not valid: {error.Message} Send {{\"client\": \"phone-17\", \"validMinutes\": 60}}; both are optional.");
            }
        }

        if (request.ValidMinutes is < 1 or > MaxTokenMinutes)
        {
            throw new ProblemException(StatusCodes.Status400BadRequest, HttpProtocol.BadRequestProblem, $"validMinutes is {request.ValidMinutes}. It must be 1 to {MaxTokenMinutes}.");
        }

        var validFor = TimeSpan.FromMinutes(request.ValidMinutes);
        DateTimeOffset expires = time.GetUtcNow() + validFor;
        await WriteJsonAsync(context, new AdminToken(directory.CreateToken(validFor, client), authority.Fingerprint, expires), IdentityJson.Default.AdminToken).ConfigureAwait(false);
    }

    public Task RevokeAsync(HttpContext context)
    {
        string name = context.Request.RouteValues["client"] as string ?? "";
        bool revoked;
        try
        {
            revoked = directory.Revoke(new ClientId(name));
        }
        catch (ArgumentException)
        {
            revoked = false;
        }

        if (!revoked)
        {
            throw new ProblemException(StatusCodes.Status404NotFound, "no-such-device", $"No device has enrolled as '{Printable.Of(name)}'. Check the ID.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task WriteCertificateAsync(HttpContext context, X509Certificate2 certificate)
    {
        context.Response.ContentType = HttpProtocol.CertificateType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.BodyWriter.WriteAsync(Encoding.ASCII.GetBytes(certificate.ExportCertificatePem() + "\n"), context.RequestAborted).ConfigureAwait(false);
    }

    private static async Task WriteJsonAsync<T>(HttpContext context, T value, JsonTypeInfo<T> type)
    {
        context.Response.ContentType = "application/json";
        context.Response.Headers.CacheControl = "no-store";
        await JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted).ConfigureAwait(false);
    }
}
